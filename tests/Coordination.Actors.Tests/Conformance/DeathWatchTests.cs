namespace Coordination.Actors.Tests.Conformance;

/// <summary>Points 6 and 7: the end of an actor, who hears of it and when.</summary>
public sealed class DeathWatchTests : ConformanceTest
{
    [Fact]
    public void Terminated_comes_after_everything_the_dead_actor_sent()
    {
        var actor = StartDoing();
        Watch(actor);
        actor.Tell(Do(me =>
        {
            for (var i = 0; i < 1000; i++) me.Report.Tell(i);
            me.Inside.Stop(me.Me);
        }));
        for (var i = 0; i < 1000; i++) ExpectMsg(i);
        ExpectMsg("PostStop");
        var terminated = ExpectTerminated(actor);
        Assert.True(terminated.ExistenceConfirmed);
        Assert.Equal(actor, LastSender);
    }

    [Fact]
    public void Terminated_waits_its_turn_in_the_user_mailbox()
    {
        var watcher = StartDoing();
        var other = CreateTestProbe();
        using var gate = new ManualResetEventSlim();
        watcher.Tell(Do(me => me.Inside.Watch(other.Ref)));
        watcher.Tell(Do(_ => gate.Wait()));
        watcher.Tell("before");
        Watch(other.Ref);
        Sys.Stop(other.Ref);
        ExpectTerminated(other.Ref); // for the test's own watch
        gate.Set();
        ExpectMsg("before");
        ExpectMsg<Doing.Gone>(gone => gone.Actor.Equals(other.Ref));
    }

    [Fact]
    public void An_unhandled_Terminated_throws_DeathPactException()
    {
        var causes = CreateTestProbe();
        var supervisor = StartSupervisor(new OneForOneStrategy(cause =>
        {
            causes.Ref.Tell(cause);
            return SupervisorStrategy.DefaultDecider.Decide(cause);
        }));
        var other = CreateTestProbe();
        var probe = CreateTestProbe();
        probe.Send(supervisor, new Supervisor.Start(Props.Create(() => new Deaf(other.Ref))));
        var child = probe.ExpectMsg<IActorRef>();
        Watch(child);
        Sys.Stop(other.Ref);
        Assert.Equal(other.Ref, causes.ExpectMsg<DeathPactException>().DeadActor);
        ExpectTerminated(child);
    }

    [Fact]
    public void Unwatching_drops_a_notification_that_is_already_queued()
    {
        var watcher = StartDoing();
        var other = CreateTestProbe();
        using var gate = new ManualResetEventSlim();
        watcher.Tell(Do(me => me.Inside.Watch(other.Ref)));
        watcher.Tell(Do(_ => gate.Wait()));
        watcher.Tell(Do(me => me.Inside.Unwatch(other.Ref))); // Terminated is queued behind this
        Watch(other.Ref);
        Sys.Stop(other.Ref);
        ExpectTerminated(other.Ref); // for the test's own watch
        gate.Set();
        watcher.Tell("after");
        ExpectMsg("after");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Watching_a_dead_actor_still_notifies()
    {
        var actor = StartDoing();
        Watch(actor);
        Sys.Stop(actor);
        ExpectMsg("PostStop");
        ExpectTerminated(actor);
        var late = StartDoing();
        late.Tell(Do(me => me.Inside.Watch(actor)));
        Assert.False(ExpectMsg<Doing.Gone>(gone => gone.Actor.Equals(actor)).ExistenceConfirmed);
    }

    [Fact]
    public void WatchWith_delivers_its_own_message()
    {
        var watcher = StartDoing();
        var other = CreateTestProbe();
        watcher.Tell(Do(me => me.Inside.WatchWith(other.Ref, "gone")));
        Sync(watcher);
        Sys.Stop(other.Ref);
        ExpectMsg("gone");
    }

    [Fact]
    public void Watching_again_with_another_message_is_refused()
    {
        var watcher = StartDoing();
        watcher.Tell(Do(me =>
        {
            me.Inside.Watch(me.Report);
            me.Report.Tell(Record.Exception(() => me.Inside.WatchWith(me.Report, "gone")));
        }));
        ExpectMsg<InvalidOperationException>();
    }

    [Fact]
    public void A_name_is_taken_until_Terminated_and_free_after_it()
    {
        var parent = StartDoing();
        using var gate = new ManualResetEventSlim();
        parent.Tell(Do(me =>
        {
            var child = me.Inside.ActorOf(Props.Create(() => new Slow(gate)), "name");
            me.Inside.Watch(child);
            me.Inside.Stop(child);
            me.Report.Tell(Record.Exception(() => me.Inside.ActorOf(Props.Create(() => new Slow(gate)), "name")));
        }));
        ExpectMsg<InvalidActorNameException>();
        gate.Set();
        ExpectMsg<Doing.Gone>();
        parent.Tell(Do(me => me.Report.Tell(me.Inside.ActorOf(Props.Create(() => new Slow(gate)), "name"))));
        ExpectMsg<IActorRef>(again => again.Path.Name == "name");
    }

    [Fact]
    public void Names_are_checked()
    {
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Empty, "a/b"));
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Empty, ""));
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Empty, "$mine"));
        Sys.ActorOf(Props.Empty, "taken");
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Empty, "taken"));
    }

    [Fact]
    public void A_new_actor_with_an_old_name_is_another_reference()
    {
        var parent = StartDoing();
        parent.Tell(Do(me =>
        {
            var child = me.Inside.Watch(me.Inside.ActorOf(Props.Empty, "name"));
            me.Inside.Stop(child);
        }));
        var first = ExpectMsg<Doing.Gone>().Actor;
        parent.Tell(Do(me => me.Report.Tell(me.Inside.ActorOf(Props.Empty, "name"))));
        var second = ExpectMsg<IActorRef>();
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Children_terminate_before_the_PostStop_of_their_parent()
    {
        var parent = StartDoing();
        var child = CreateTestProbe();
        using var gate = new ManualResetEventSlim();
        parent.Tell(Do(me => me.Inside.ActorOf(Props.Create(() => new Slow(gate)), "child")));
        Sync(parent);
        Sys.Stop(parent);
        ExpectNoMsg(Moment);
        gate.Set();
        ExpectMsg("PostStop");
    }

    [Fact]
    public void Stopping_oneself_finishes_the_current_message_and_the_rest_become_dead_letters()
    {
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        var actor = StartDoing();
        using var gate = new ManualResetEventSlim();
        actor.Tell(Do(me =>
        {
            gate.Wait();
            me.Inside.Stop(me.Me);
            me.Report.Tell("finished");
        }));
        actor.Tell("one");
        actor.Tell("two");
        gate.Set();
        ExpectMsg("finished");
        ExpectMsg("PostStop");
        Assert.Equal("one", letters.ExpectMsg<DeadLetter>().Message);
        var second = letters.ExpectMsg<DeadLetter>();
        Assert.Equal("two", second.Message);
        Assert.Equal(actor, second.Recipient);
        Assert.Equal(TestActor, second.Sender);
    }

    [Fact]
    public void A_message_to_a_stopped_actor_is_a_dead_letter()
    {
        var actor = StartDoing();
        Watch(actor);
        Sys.Stop(actor);
        ExpectMsg("PostStop");
        ExpectTerminated(actor);
        EventFilter.DeadLetter<string>(m => m == "late").ExpectOne(() => actor.Tell("late"));
    }

    [Fact]
    public void Suppressed_messages_are_no_dead_letters()
    {
        var actor = StartDoing();
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        ExpectMsg("PostStop");
        ExpectTerminated(actor);
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        actor.Tell(PoisonPill.Instance);
        letters.ExpectNoMsg(Moment);
    }

    [Fact]
    public void PoisonPill_takes_its_turn_in_the_mailbox()
    {
        var actor = StartDoing();
        actor.Tell("before");
        actor.Tell(PoisonPill.Instance);
        actor.Tell("after");
        ExpectMsg("before");
        ExpectMsg("PostStop");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public async Task GracefulStop_is_true_when_the_actor_has_stopped()
    {
        var actor = StartDoing();
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(5)));
        ExpectMsg("PostStop");
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(5))); // also when it is gone already
    }

    [Fact]
    public async Task GracefulStop_is_cancelled_when_the_actor_does_not_stop_in_time()
    {
        var actor = StartDoing();
        await Assert.ThrowsAsync<TaskCanceledException>(() => actor.GracefulStop(TimeSpan.FromMilliseconds(50), "ignored"));
    }

    [Fact]
    public async Task Terminate_stops_all_actors_from_the_leaves_up()
    {
        var parent = StartDoing();
        parent.Tell(Do(me => me.Inside.ActorOf(Props.Create(() => new Doing(me.Report)), "child")));
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        var terminated = Sys.Terminate();
        await terminated;
        Assert.True(Sys.WhenTerminated.IsCompleted);
        Assert.ThrowsAny<InvalidOperationException>(() => Sys.ActorOf(Props.Empty));
    }

    private sealed class Deaf : ReceiveActor
    {
        public Deaf(IActorRef other)
        {
            Context.Watch(other);
            Receive<string>(_ => { });
        }
    }

    private sealed class Slow(ManualResetEventSlim gate) : UntypedActor
    {
        protected override void OnReceive(object message) { }

        protected override void PostStop() => gate.Wait();
    }
}
