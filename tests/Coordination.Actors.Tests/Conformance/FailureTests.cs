namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 4: failures at the creation, and the default decider.</summary>
public sealed class FailureTests : ConformanceTest
{
    [Fact]
    public void A_failure_in_the_constructor_is_an_ActorInitializationException_with_the_cause()
    {
        var cause = FailureOf(Props.Create(() => new Failing(FailWhere.Constructor)));
        Assert.IsType<ActorInitializationException>(cause);
        Assert.IsType<Boom>(cause.InnerException);
    }

    [Fact]
    public void A_failure_in_PreStart_is_an_ActorInitializationException_with_the_cause()
    {
        var cause = FailureOf(Props.Create(() => new Failing(FailWhere.PreStart)));
        Assert.IsType<ActorInitializationException>(cause);
        Assert.IsType<Boom>(cause.InnerException);
    }

    [Fact]
    public void The_default_decider_stops_a_child_that_fails_at_its_creation()
    {
        var child = Sys.ActorOf(Props.Create(() => new Failing(FailWhere.Constructor)));
        Watch(child);
        ExpectTerminated(child);
        child = Sys.ActorOf(Props.Create(() => new Failing(FailWhere.PreStart)));
        Watch(child);
        ExpectTerminated(child);
    }

    [Fact]
    public void The_default_decider_stops_a_killed_child()
    {
        var child = StartDoing();
        Watch(child);
        child.Tell(Kill.Instance);
        ExpectMsg("PostStop");
        ExpectTerminated(child);
        Assert.Equal(Directive.Stop, SupervisorStrategy.DefaultDecider.Decide(new ActorKilledException("Kill")));
    }

    [Fact]
    public void The_default_decider_stops_a_child_that_broke_a_death_pact()
    {
        Assert.Equal(Directive.Stop, SupervisorStrategy.DefaultDecider.Decide(new DeathPactException(TestActor)));
    }

    [Fact]
    public void The_default_decider_restarts_after_other_failures()
    {
        Assert.Equal(Directive.Restart, SupervisorStrategy.DefaultDecider.Decide(new Boom("any")));
        var child = StartDoing();
        child.Tell(Boom.Command());
        FishForMessage<string>(m => m == "PostRestart(boom)");
    }

    [Fact]
    public void A_failure_in_PostRestart_is_a_PostRestartException_and_the_default_decider_stops()
    {
        var causes = CreateTestProbe();
        var supervisor = StartSupervisor(new OneForOneStrategy(cause =>
        {
            causes.Ref.Tell(cause);
            return SupervisorStrategy.DefaultDecider.Decide(cause);
        }));
        var probe = CreateTestProbe();
        probe.Send(supervisor, new Supervisor.Start(Props.Create(() => new Failing(FailWhere.PostRestart))));
        var child = probe.ExpectMsg<IActorRef>();
        Watch(child);
        child.Tell("fail");
        causes.ExpectMsg<Boom>();
        var second = causes.ExpectMsg<PostRestartException>();
        Assert.IsType<Boom>(second.OriginalCause);
        ExpectTerminated(child);
    }

    [Fact]
    public void A_creation_that_failed_can_be_tried_again_by_a_restart()
    {
        var attempts = new Attempts();
        var supervisor = StartSupervisor(new OneForOneStrategy(_ => Directive.Restart));
        var probe = CreateTestProbe();
        probe.Send(supervisor, new Supervisor.Start(Props.Create(() => new SecondTry(attempts))));
        var child = probe.ExpectMsg<IActorRef>();
        child.Tell("hello");
        ExpectMsg("hello on attempt 2");
    }

    [Fact]
    public void PostStop_does_not_run_for_an_actor_that_never_started()
    {
        var probe = CreateTestProbe();
        var child = Sys.ActorOf(Props.Create(() => new NeverStarted(probe.Ref)));
        Watch(child);
        ExpectTerminated(child);
        probe.ExpectNoMsg(Moment);
    }

    private Exception FailureOf(Props props)
    {
        var causes = CreateTestProbe();
        var supervisor = StartSupervisor(new OneForOneStrategy(cause =>
        {
            causes.Ref.Tell(cause);
            return Directive.Stop;
        }));
        supervisor.Tell(new Supervisor.Start(props));
        ExpectMsg<IActorRef>();
        return causes.ExpectMsg<Exception>();
    }

    private enum FailWhere
    {
        Constructor,
        PreStart,
        PostRestart,
    }

    private sealed class Failing : ReceiveActor
    {
        private readonly FailWhere _where;

        public Failing(FailWhere where)
        {
            _where = where;
            if (where == FailWhere.Constructor) throw new Boom("constructor");
            ReceiveAny(_ => throw new Boom("message"));
        }

        protected override void PreStart()
        {
            if (_where == FailWhere.PreStart) throw new Boom("PreStart");
        }

        protected override void PostRestart(Exception reason)
        {
            if (_where == FailWhere.PostRestart) throw new Boom("PostRestart");
        }
    }

    private sealed class Attempts
    {
        public int Count { get; set; }
    }

    private sealed class SecondTry : ReceiveActor
    {
        public SecondTry(Attempts attempts)
        {
            if (++attempts.Count < 2) throw new Boom("not yet");
            Receive<string>(m => Sender.Tell($"{m} on attempt {attempts.Count}"));
        }
    }

    private sealed class NeverStarted(IActorRef report) : ReceiveActor
    {
        protected override void PreStart() => throw new Boom("PreStart");

        protected override void PostStop() => report.Tell("PostStop");
    }
}
