namespace Coordination.Actors.Tests.Conformance;

/// <summary>Points 8 and 12: timers, the receive timeout and the scheduler in virtual time.</summary>
public sealed class TimerTests() : ConformanceTest("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void The_same_key_replaces_the_timer()
    {
        var actor = StartDoing();
        actor.Tell(Do(me =>
        {
            me.Timers.StartSingleTimer("key", "old", Second);
            me.Timers.StartSingleTimer("key", "new", Second);
        }));
        Sync(actor);
        Scheduler.Advance(Second);
        ExpectMsg("new");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Nothing_is_delivered_after_Cancel_even_if_it_is_queued()
    {
        var actor = StartDoing();
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        actor.Tell(Do(me => me.Timers.StartSingleTimer("key", "tick", Second)));
        actor.Tell(Do(me =>
        {
            entered.Set();
            gate.Wait();
            me.Timers.Cancel("key");
        }));
        entered.Wait();
        Scheduler.Advance(Second); // now it lies in the mailbox
        gate.Set();
        actor.Tell("after");
        ExpectMsg("after");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void A_replaced_timer_that_is_queued_is_not_delivered()
    {
        var actor = StartDoing();
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        actor.Tell(Do(me => me.Timers.StartSingleTimer("key", "old", Second)));
        actor.Tell(Do(me =>
        {
            entered.Set();
            gate.Wait();
            me.Timers.StartSingleTimer("key", "new", Second);
        }));
        entered.Wait();
        Scheduler.Advance(Second);
        gate.Set();
        Sync(actor);
        Scheduler.Advance(Second);
        ExpectMsg("new");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Timers_are_cancelled_when_the_actor_restarts()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Timers.StartSingleTimer("key", "tick", Second)));
        actor.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PostRestart(boom)");
        ExpectMsg("PreStart");
        Scheduler.Advance(Second);
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Timers_are_cancelled_when_the_actor_stops()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Timers.StartPeriodicTimer("key", "tick", Second)));
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        ExpectMsg("PostStop");
        ExpectTerminated(actor);
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(AllDeadLetters));
        Scheduler.Advance(Second);
        letters.ExpectNoMsg(Moment);
    }

    [Fact]
    public void A_single_timer_comes_once()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Timers.StartSingleTimer("key", "tick", Second)));
        Sync(actor);
        Scheduler.Advance(TimeSpan.FromSeconds(0.9));
        ExpectNoMsg(Moment);
        Scheduler.Advance(TimeSpan.FromSeconds(0.1));
        ExpectMsg("tick");
        Scheduler.Advance(Second);
        ExpectNoMsg(Moment);
        actor.Tell(Do(me => me.Report.Tell(me.Timers.IsTimerActive("key"))));
        ExpectMsg(false);
    }

    [Fact]
    public void A_periodic_timer_comes_again_and_again()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Timers.StartPeriodicTimer("key", "tick", TimeSpan.Zero, Second)));
        Sync(actor);
        Scheduler.Advance(TimeSpan.FromMilliseconds(1));
        ExpectMsg("tick");
        for (var i = 0; i < 3; i++)
        {
            Scheduler.Advance(Second);
            ExpectMsg("tick");
        }
    }

    [Fact]
    public void Timers_are_usable_in_the_constructor_and_the_stash_is_not()
    {
        Sys.ActorOf(Props.Create(() => new Eager(TestActor)));
        ExpectMsg(true); // the stash is null there
        Scheduler.Advance(Second);
        ExpectMsg("from the constructor");
    }

    [Fact]
    public void A_stashed_timer_message_comes_back()
    {
        var actor = StartDoing();
        actor.Tell(Do(me =>
        {
            me.Timers.StartSingleTimer("key", "tick", Second);
            me.Become(() =>
            {
                me.Receive<string>(_ => me.Stash.Stash());
                me.Receive<Doing.Do>(command => command.What(me));
            });
        }));
        Sync(actor);
        Scheduler.Advance(Second);
        Sync(actor);
        actor.Tell(Do(me =>
        {
            me.Become(() => me.Receive<string>(m => me.Report.Tell(m)));
            me.Stash.UnstashAll();
        }));
        ExpectMsg("tick");
    }

    [Fact]
    public void The_receive_timeout_comes_after_an_idle_period_and_each_message_begins_it_anew()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Inside.SetReceiveTimeout(Second)));
        Settle(actor);
        Scheduler.Advance(TimeSpan.FromSeconds(0.7));
        actor.Tell("still here");
        ExpectMsg("still here");
        Settle(actor);
        Scheduler.Advance(TimeSpan.FromSeconds(0.7));
        ExpectNoMsg(Moment);
        Scheduler.Advance(TimeSpan.FromSeconds(0.5));
        ExpectMsg<ReceiveTimeout>();
        actor.Tell(Do(me => me.Inside.SetReceiveTimeout(null)));
        Settle(actor);
        Scheduler.Advance(Second);
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Some_messages_do_not_influence_the_receive_timeout()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Inside.SetReceiveTimeout(Second)));
        Settle(actor);
        Scheduler.Advance(TimeSpan.FromSeconds(0.7));
        Settle(actor);
        Scheduler.Advance(TimeSpan.FromSeconds(0.4));
        ExpectMsg<ReceiveTimeout>();
    }

    [Fact]
    public void The_scheduler_sends_once_and_repeatedly_until_cancelled()
    {
        Sys.Scheduler.ScheduleTellOnce(Second, TestActor, "once", ActorRefs.NoSender);
        Scheduler.Advance(Second);
        ExpectMsg("once");
        var ticks = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(Second, Second, TestActor, "tick", ActorRefs.NoSender);
        Scheduler.Advance(Second);
        ExpectMsg("tick");
        Scheduler.Advance(Second);
        ExpectMsg("tick");
        ticks.Cancel();
        Scheduler.Advance(Second);
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void The_advanced_scheduler_runs_actions()
    {
        Sys.Scheduler.Advanced.ScheduleOnce(Second, () => TestActor.Tell("ran"));
        var never = Sys.Scheduler.Advanced.ScheduleOnceCancelable(Second, () => TestActor.Tell("never"));
        never.Cancel();
        Scheduler.Advance(Second);
        ExpectMsg("ran");
        ExpectNoMsg(Moment);
    }

    private sealed class Eager : ReceiveActor, IWithTimers, IWithUnboundedStash
    {
        public Eager(IActorRef report)
        {
            // The timer first: the test moves time as soon as it has heard of the stash.
            Timers.StartSingleTimer("key", "from the constructor", TimeSpan.FromSeconds(1));
            report.Tell(Stash is null);
            ReceiveAny(m => report.Tell(m));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        public IStash Stash { get; set; } = null!;
    }
}
