namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 11: handlers, behaviours and the event stream.</summary>
public sealed class ReceiveTests : ConformanceTest
{
    [Fact]
    public void The_first_handler_that_matches_wins()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Ordered()));
        actor.Tell("special");
        ExpectMsg("special one");
        actor.Tell("text");
        ExpectMsg("a string");
        actor.Tell(5);
        ExpectMsg("asked 5");
        actor.Tell(-5);
        ExpectMsg("a number");
        actor.Tell(TimeSpan.Zero);
        ExpectMsg("anything");
    }

    [Fact]
    public void Nothing_may_be_added_after_ReceiveAny()
    {
        Sys.ActorOf(Props.Create(() => new AfterAny(TestActor)));
        ExpectMsg<InvalidOperationException>();
    }

    [Fact]
    public void Handlers_may_only_be_added_in_the_constructor_and_in_Become()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Report.Tell(Record.Exception(() => me.Receive<int>(_ => { })))));
        ExpectMsg<InvalidOperationException>();
    }

    [Fact]
    public void An_unhandled_message_is_published()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create(() => new Picky()));
        actor.Tell("what?");
        var unhandled = probe.ExpectMsg<UnhandledMessage>();
        Assert.Equal("what?", unhandled.Message);
        Assert.Equal(actor, unhandled.Recipient);
        Assert.Equal(TestActor, unhandled.Sender);
    }

    [Fact]
    public void Become_replaces_and_BecomeStacked_can_be_undone()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Moody()));
        actor.Tell("who");
        ExpectMsg("first");
        actor.Tell("push");
        actor.Tell("who");
        ExpectMsg("second");
        actor.Tell("pop");
        actor.Tell("who");
        ExpectMsg("first");
        actor.Tell("replace");
        actor.Tell("who");
        ExpectMsg("third");
        actor.Tell("pop"); // nothing below: it stays
        actor.Tell("who");
        ExpectMsg("third");
    }

    [Fact]
    public void The_event_stream_matches_by_assignability()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(IAnimal));
        Sys.EventStream.Publish(new Dog());
        ExpectMsg<Dog>();
        Sys.EventStream.Publish("no animal");
        ExpectNoMsg(Moment);
        Assert.True(Sys.EventStream.Unsubscribe(TestActor, typeof(IAnimal)));
        Sys.EventStream.Publish(new Dog());
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void A_subscriber_gets_an_event_once_however_often_it_subscribed()
    {
        Assert.True(Sys.EventStream.Subscribe(TestActor, typeof(Dog)));
        Assert.False(Sys.EventStream.Subscribe(TestActor, typeof(Dog)));
        Sys.EventStream.Subscribe(TestActor, typeof(IAnimal));
        Sys.EventStream.Publish(new Dog());
        ExpectMsg<Dog>();
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void The_event_stream_drops_dead_subscribers()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(Dog));
        Watch(probe.Ref);
        Sys.Stop(probe.Ref);
        ExpectTerminated(probe.Ref);
        AwaitAssert(() => Assert.True(Sys.EventStream.Subscribe(probe.Ref, typeof(Dog)))); // not possible while it is subscribed
    }

    [Fact]
    public void Context_outside_of_an_actor_is_not_supported()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => Task.Factory.StartNew(
            () => me.Report.Tell(Record.Exception(() => me.From)!), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        ExpectMsg<NotSupportedException>();
    }

    [Fact]
    public void A_handler_by_type_matches_like_a_generic_one()
    {
        var actor = Sys.ActorOf(Props.Create(() => new ByType()));
        actor.Tell("x");
        ExpectMsg("string x");
        actor.Tell(3);
        ExpectMsg("odd 3");
        actor.Tell(4);
        ExpectMsg("other 4");
    }

    private interface IAnimal;

    private sealed class Dog : IAnimal;

    private sealed class Ordered : ReceiveActor
    {
        public Ordered()
        {
            Receive<string>(m => m == "special", m => Sender.Tell($"{m} one"));
            Receive<string>(_ => Sender.Tell("a string"));
            Receive<int>(n =>
            {
                if (n < 0) return false;
                Sender.Tell($"asked {n}");
                return true;
            });
            Receive<int>(_ => Sender.Tell("a number"), _ => true);
            ReceiveAny(_ => Sender.Tell("anything"));
        }
    }

    private sealed class ByType : ReceiveActor
    {
        public ByType()
        {
            Receive(typeof(string), m => Sender.Tell($"string {m}"));
            Receive(typeof(int), m => (int)m % 2 == 1, m => Sender.Tell($"odd {m}"));
            Receive(typeof(object), m =>
            {
                Sender.Tell($"other {m}");
                return true;
            });
        }
    }

    private sealed class AfterAny : ReceiveActor
    {
        public AfterAny(IActorRef report)
        {
            ReceiveAny(_ => { });
            report.Tell(Record.Exception(() => Receive<string>(_ => { })));
        }
    }

    private sealed class Picky : ReceiveActor
    {
        public Picky() => Receive<int>(_ => { });
    }

    private sealed class Moody : ReceiveActor
    {
        public Moody() => Mood("first");

        private void Mood(string name)
        {
            Receive<string>(m => m == "who", _ => Sender.Tell(name));
            Receive<string>(m => m == "push", _ => BecomeStacked(() => Mood("second")));
            Receive<string>(m => m == "replace", _ => Become(() => Mood("third")));
            Receive<string>(m => m == "pop", _ => UnbecomeStacked());
        }
    }
}
