namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 5: strategies, their limits, and the four directives.</summary>
public sealed class StrategyTests() : ConformanceTest("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    [Fact]
    public void Minus_one_retries_is_without_limit()
    {
        var child = StartChild(StartSupervisor(new OneForOneStrategy(-1, -1, _ => Directive.Restart)));
        for (var i = 0; i < 20; i++)
        {
            child.Tell(Boom.Command());
            FishForMessage<string>(m => m == "PostRestart(boom)");
        }
    }

    [Fact]
    public void Zero_retries_is_never()
    {
        var child = StartChild(StartSupervisor(new OneForOneStrategy(0, -1, _ => Directive.Restart)));
        Watch(child);
        child.Tell(Boom.Command());
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void The_retry_after_the_last_one_allowed_stops_the_child()
    {
        var child = StartChild(StartSupervisor(new OneForOneStrategy(2, -1, _ => Directive.Restart)));
        Watch(child);
        for (var i = 0; i < 2; i++)
        {
            child.Tell(Boom.Command());
            FishForMessage<string>(m => m == "PostRestart(boom)");
        }

        child.Tell(Boom.Command());
        ExpectMsg("PreStart");
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void Retries_count_within_the_time_range_only()
    {
        var child = StartChild(StartSupervisor(new OneForOneStrategy(1, TimeSpan.FromHours(1), _ => Directive.Restart)));
        Watch(child);
        child.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PreStart");
        child.Tell(Boom.Command());
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void Null_as_a_limit_is_without_limit()
    {
        var strategy = new OneForOneStrategy(null, null, _ => Directive.Restart);
        Assert.Equal(-1, strategy.MaxNumberOfRetries);
        Assert.Equal(-1, strategy.WithinTimeRangeMilliseconds);
    }

    [Fact]
    public void The_strategy_of_Props_beats_the_override()
    {
        var props = Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Restart)))
            .WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Stop));
        var child = StartChild(Sys.ActorOf(props));
        Watch(child);
        child.Tell(Boom.Command());
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void Resume_keeps_the_state_and_goes_on_with_the_next_message()
    {
        var child = StartChild(StartSupervisor(new OneForOneStrategy(_ => Directive.Resume)));
        child.Tell(Do(me => me.State = 7));
        child.Tell(Boom.Command());
        child.Tell(Do(me => me.Report.Tell(me.State)));
        ExpectMsg(7);
    }

    [Fact]
    public void Resume_resumes_the_children_too()
    {
        var child = StartChild(StartSupervisor(new OneForOneStrategy(_ => Directive.Resume)));
        child.Tell(Do(me => me.Report.Tell(me.Inside.ActorOf(Props.Create(() => new Doing(me.Report)), "grandchild"))));
        var grandchild = FishForMessage<IActorRef>(_ => true);
        FishForMessage<object>(m => m is "PreStart");
        child.Tell(Boom.Command());
        grandchild.Tell("alive");
        ExpectMsg("alive");
    }

    [Fact]
    public void Stop_stops_the_child()
    {
        var child = StartChild(StartSupervisor(SupervisorStrategy.StoppingStrategy));
        Watch(child);
        child.Tell(Boom.Command());
        ExpectMsg("PostStop");
        ExpectTerminated(child);
    }

    [Fact]
    public void Escalate_makes_the_supervisor_fail_with_the_same_cause()
    {
        var causes = CreateTestProbe();
        var top = StartSupervisor(new OneForOneStrategy(cause =>
        {
            causes.Ref.Tell(cause);
            return Directive.Stop;
        }));
        var probe = CreateTestProbe();
        probe.Send(top, new Supervisor.Start(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Escalate)))));
        var middle = probe.ExpectMsg<IActorRef>();
        var child = StartChild(middle);
        Watch(middle);
        Watch(child);
        child.Tell(Boom.Command("deep"));
        causes.ExpectMsg<Boom>(b => b.Message == "deep");
        ExpectMsg("PostStop");
        ExpectTerminated(child);
        ExpectTerminated(middle);
    }

    [Fact]
    public void One_for_one_leaves_the_siblings_alone()
    {
        var supervisor = StartSupervisor(new OneForOneStrategy(_ => Directive.Restart));
        var (a, b) = (StartChild(supervisor, "a"), StartChild(supervisor, "b"));
        b.Tell(Do(me => me.State = 1));
        a.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PostRestart(boom)");
        ExpectMsg("PreStart");
        b.Tell(Do(me => me.Report.Tell(me.State)));
        ExpectMsg(1);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings_too()
    {
        var supervisor = StartSupervisor(new AllForOneStrategy(_ => Directive.Restart));
        var (a, b) = (StartChild(supervisor, "a"), StartChild(supervisor, "b"));
        b.Tell(Do(me => me.State = 1));
        Sync(b);
        a.Tell(Boom.Command());
        Assert.Equal(2, ReceiveN(10).Count(m => m is "PostRestart(boom)"));
        b.Tell(Do(me => me.Report.Tell(me.State)));
        ExpectMsg(0);
    }

    [Fact]
    public void All_for_one_stops_the_siblings_too()
    {
        var supervisor = StartSupervisor(new AllForOneStrategy(_ => Directive.Stop));
        var (a, b) = (StartChild(supervisor, "a"), StartChild(supervisor, "b"));
        Watch(a);
        Watch(b);
        a.Tell(Boom.Command());
        Assert.Equal(2, ReceiveN(4).OfType<Terminated>().Count());
    }
}
