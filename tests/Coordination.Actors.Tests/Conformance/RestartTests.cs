namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 3: the exact order of a restart, what survives it and what does not.</summary>
public sealed class RestartTests() : ConformanceTest("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    [Fact]
    public void PreRestart_then_PostStop_then_a_new_instance_then_PostRestart_then_PreStart()
    {
        var actor = StartDoing();
        actor.Tell(Boom.Command());
        ExpectMsg("PreRestart(boom)");
        ExpectMsg("PostStop");
        ExpectMsg<Doing.Created>();
        ExpectMsg("PostRestart(boom)");
        ExpectMsg("PreStart");
    }

    [Fact]
    public void Timers_are_cancelled_before_PreRestart()
    {
        var actor = Sys.ActorOf(Props.Create(() => new TimedAtRestart(TestActor)));
        actor.Tell("start");
        ExpectMsg(true);
        actor.Tell("fail");
        ExpectMsg(false); // seen from PreRestart
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMinutes(2));
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void The_default_PreRestart_stops_all_children_and_waits_for_them_before_the_new_instance()
    {
        var actor = StartDoing();
        using var gate = new ManualResetEventSlim();
        var child = CreateTestProbe();
        actor.Tell(Do(me => me.Inside.ActorOf(Props.Create(() => new SlowToStop(child.Ref, gate)), "child")));
        child.ExpectMsg("up");
        actor.Tell(Boom.Command());
        ExpectMsg("PreRestart(boom)");
        ExpectMsg("PostStop");
        child.ExpectMsg("stopping");
        ExpectNoMsg(Moment);
        gate.Set();
        ExpectMsg<Doing.Created>();
        ExpectMsg("PostRestart(boom)");
    }

    [Fact]
    public void The_default_PreRestart_unwatches_the_children()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Inside.Watch(me.Inside.ActorOf(Props.Create(() => new Doing(me.Report)), "child"))));
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        actor.Tell(Boom.Command());
        ExpectMsg("PreRestart(boom)");
        FishForMessage<string>(m => m == "PostRestart(boom)");
        ExpectMsg("PreStart");
        ExpectNoMsg(Moment); // no Gone
    }

    [Fact]
    public void The_stash_goes_to_the_front_of_the_mailbox_in_order()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Become(() =>
        {
            me.Receive<int>(_ => me.Stash.Stash());
            me.Receive<Doing.Do>(command => command.What(me));
        })));
        using var gate = new ManualResetEventSlim();
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(Do(_ =>
        {
            gate.Wait();
            throw new Boom("boom");
        }));
        actor.Tell(3);
        gate.Set();
        FishForMessage<string>(m => m == "PostRestart(boom)");
        ExpectMsg("PreStart");
        ExpectMsg(1);
        ExpectMsg(2);
        ExpectMsg(3);
    }

    [Fact]
    public void The_message_in_flight_is_given_to_PreRestart_and_not_delivered_again()
    {
        var actor = Sys.ActorOf(Props.Create(() => new TimedAtRestart(TestActor)));
        actor.Tell("message");
        actor.Tell("next");
        ExpectMsg("message failed");
        ExpectMsg("next failed");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void The_mailbox_survives_and_Become_is_lost()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Become(() => me.Receive<string>(m => throw new Boom(m)))));
        actor.Tell("first");
        actor.Tell("second");
        FishForMessage<string>(m => m == "PostRestart(first)");
        ExpectMsg("PreStart");
        ExpectMsg("second");
    }

    [Fact]
    public void The_stack_of_behaviours_is_lost_too()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Inside.BecomeStacked(m => throw new Boom($"{m}"))));
        actor.Tell("stacked");
        FishForMessage<string>(m => m == "PostRestart(stacked)");
        ExpectMsg("PreStart");
        actor.Tell(Do(me => me.Inside.UnbecomeStacked()));
        actor.Tell("first behaviour");
        ExpectMsg("first behaviour");
    }

    [Fact]
    public void Watches_survive()
    {
        var actor = StartDoing();
        var other = CreateTestProbe();
        actor.Tell(Do(me => me.Inside.Watch(other.Ref)));
        actor.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PostRestart(boom)");
        ExpectMsg("PreStart");
        Sys.Stop(other.Ref);
        ExpectMsg<Doing.Gone>(gone => gone.Actor.Equals(other.Ref));
    }

    [Fact]
    public void The_receive_timeout_survives()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Inside.SetReceiveTimeout(TimeSpan.FromSeconds(1))));
        actor.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PostRestart(boom)");
        ExpectMsg("PreStart");
        Settle(actor);
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1.1));
        ExpectMsg<ReceiveTimeout>();
    }

    [Fact]
    public void Self_stays_the_same_reference()
    {
        var actor = StartDoing();
        actor.Tell(Boom.Command());
        FishForMessage<Doing.Created>(created => created.Self.Equals(actor));
        FishForMessage<string>(m => m == "PreStart");
        actor.Tell("alive");
        ExpectMsg("alive");
    }

    [Fact]
    public void A_child_that_PreRestart_spares_is_restarted_too()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Sparing(TestActor)));
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        actor.Tell("fail");
        ExpectMsg("PreRestart(spare)");
        FishForMessage<string>(m => m == "PostRestart(spare)");
    }

    private sealed class Sparing : ReceiveActor
    {
        public Sparing(IActorRef report)
        {
            if (Context.Child("child").IsNobody()) Context.ActorOf(Props.Create(() => new Doing(report)), "child");
            ReceiveAny(_ => throw new Boom("spare"));
        }

        protected override void PreRestart(Exception reason, object? message) { }
    }

    private sealed class SlowToStop(IActorRef report, ManualResetEventSlim gate) : UntypedActor
    {
        protected override void PreStart() => report.Tell("up");

        protected override void OnReceive(object message) { }

        protected override void PostStop()
        {
            report.Tell("stopping");
            gate.Wait();
        }
    }

    private sealed class TimedAtRestart : ReceiveActor, IWithTimers
    {
        private readonly IActorRef _report;

        public TimedAtRestart(IActorRef report)
        {
            _report = report;
            Receive<string>(m => m == "start", _ =>
            {
                Timers.StartSingleTimer("key", "tick", TimeSpan.FromMinutes(1));
                report.Tell(Timers.IsTimerActive("key"));
            });
            Receive<string>(m => throw new Boom(m));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreRestart(Exception reason, object? message)
        {
            if (reason.Message == "fail") _report.Tell(Timers.IsTimerActive("key"));
            else _report.Tell($"{message} failed");
        }
    }
}
