namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 5: backoff supervision. Without randomness, so that the delays are exact.</summary>
public sealed class BackoffTests() : ConformanceTest("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(5);

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    private Props Child => Props.Create(() => new Doing(TestActor));

    [Fact]
    public void OnStop_starts_the_child_again_after_delays_that_double_up_to_the_maximum()
    {
        var supervisor = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0).WithManualReset());
        foreach (var seconds in new[] { 1, 2, 4, 5, 5 })
        {
            supervisor.Tell(Do(me => me.Inside.Stop(me.Me)));
            ExpectMsg("PostStop");
            AwaitScheduled(supervisor);
            Scheduler.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            ExpectNoMsg(Moment);
            Scheduler.Advance(TimeSpan.FromSeconds(0.1));
            ExpectStart();
        }
    }

    [Fact]
    public void OnFailure_starts_the_child_again_after_a_delay_and_not_at_once()
    {
        var supervisor = Supervise(Backoff.OnFailure(Child, "child", Min, Max, 0));
        supervisor.Tell(Boom.Command());
        ExpectMsg("PostStop");
        AwaitScheduled(supervisor);
        ExpectNoMsg(Moment);
        Scheduler.Advance(Min);
        ExpectStart();
    }

    [Fact]
    public void OnFailure_ends_when_the_child_stops_by_itself()
    {
        var supervisor = Supervise(Backoff.OnFailure(Child, "child", Min, Max, 0));
        Watch(supervisor);
        supervisor.Tell(Do(me => me.Inside.Stop(me.Me)));
        ExpectMsg("PostStop");
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void OnStop_restarts_a_child_that_fails_without_a_delay()
    {
        var supervisor = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0));
        supervisor.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PostRestart(boom)");
    }

    [Fact]
    public void OnStop_backs_off_when_the_creation_of_the_child_fails()
    {
        var attempts = CreateTestProbe();
        Sys.ActorOf(BackoffSupervisor.Props(Backoff.OnStop(Props.Create(() => new Unborn(attempts.Ref)), "child", Min, Max, 0)));
        attempts.ExpectMsg("attempt");
        attempts.ExpectNoMsg(Moment);
        Scheduler.Advance(Min);
        attempts.ExpectMsg("attempt");
    }

    [Fact]
    public void The_stop_after_the_last_retry_allowed_ends_the_supervisor() =>
        RetryOnce(Backoff.OnStop(Child, "child", Min, Max, 0, 1), Do(me => me.Inside.Stop(me.Me)));

    [Fact]
    public void The_failure_after_the_last_retry_allowed_ends_the_supervisor() =>
        RetryOnce(Backoff.OnFailure(Child, "child", Min, Max, 0, 1), Boom.Command());

    [Fact]
    public void The_count_begins_anew_when_the_child_has_been_running_long_enough()
    {
        var supervisor = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0).WithAutoReset(TimeSpan.FromSeconds(3)));
        supervisor.Tell(Do(me => me.Inside.Stop(me.Me)));
        ExpectMsg("PostStop");
        AwaitScheduled(supervisor);
        Scheduler.Advance(Min);
        ExpectStart();
        Assert.Equal(1, RestartCount(supervisor));
        Scheduler.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(0, RestartCount(supervisor));
    }

    [Fact]
    public void Messages_go_to_the_child_and_its_answers_to_the_parent_of_the_supervisor()
    {
        var supervisor = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0));
        supervisor.Tell("hello");
        ExpectMsg("hello");
        Assert.Equal(TestActor, LastSender);
        supervisor.Tell(BackoffSupervisor.GetCurrentChild.Instance);
        var child = ExpectMsg<BackoffSupervisor.CurrentChild>().Ref;
        Assert.Equal("child", child!.Path.Name);
    }

    [Fact]
    public void While_there_is_no_child_messages_get_the_reply_or_are_dead_letters()
    {
        var replying = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0).WithReplyWhileStopped("not now"));
        replying.Tell(Do(me => me.Inside.Stop(me.Me)));
        ExpectMsg("PostStop");
        AwaitScheduled(replying);
        replying.Tell("hello?");
        ExpectMsg("not now");

        var silent = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0));
        silent.Tell(Do(me => me.Inside.Stop(me.Me)));
        ExpectMsg("PostStop");
        AwaitScheduled(silent);
        EventFilter.DeadLetter<string>(m => m == "hello?").ExpectOne(() => silent.Tell("hello?"));
    }

    [Fact]
    public void After_a_final_stop_message_the_end_of_the_child_is_the_end()
    {
        var supervisor = Supervise(Backoff.OnStop(Child, "child", Min, Max, 0).WithFinalStopMessage(m => m is Doing.Do));
        Watch(supervisor);
        supervisor.Tell(Do(me => me.Inside.Stop(me.Me)));
        ExpectMsg("PostStop");
        ExpectTerminated(supervisor);
    }

    private void RetryOnce(BackoffOptions options, Doing.Do command)
    {
        var supervisor = Supervise(options.WithManualReset());
        Watch(supervisor);
        supervisor.Tell(command);
        ExpectMsg("PostStop");
        AwaitScheduled(supervisor);
        Scheduler.Advance(Min);
        ExpectStart();
        supervisor.Tell(command);
        ExpectMsg("PostStop");
        ExpectTerminated(supervisor);
    }

    private IActorRef Supervise(BackoffOptions options)
    {
        var supervisor = Sys.ActorOf(BackoffSupervisor.Props(options));
        ExpectStart();
        return supervisor;
    }

    private void ExpectStart()
    {
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
    }

    private int RestartCount(IActorRef supervisor)
    {
        var probe = CreateTestProbe();
        probe.Send(supervisor, BackoffSupervisor.GetRestartCount.Instance);
        return probe.ExpectMsg<BackoffSupervisor.RestartCount>().Count;
    }

    /// <summary>The supervisor has noticed that its child is gone, and waits.</summary>
    private void AwaitScheduled(IActorRef supervisor)
    {
        var probe = CreateTestProbe();
        AwaitAssert(() =>
        {
            probe.Send(supervisor, BackoffSupervisor.GetCurrentChild.Instance);
            Assert.Null(probe.ExpectMsg<BackoffSupervisor.CurrentChild>().Ref);
        });
    }

    private sealed class Unborn : ReceiveActor
    {
        public Unborn(IActorRef report)
        {
            report.Tell("attempt");
            throw new Boom("unborn");
        }
    }
}
