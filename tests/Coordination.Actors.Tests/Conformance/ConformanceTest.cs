namespace Coordination.Actors.Tests.Conformance;

/// <summary>What the conformance tests share.</summary>
public abstract class ConformanceTest : TestKit.TestKit
{
    protected static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(60);

    protected ConformanceTest() { }

    protected ConformanceTest(string config) : base(config) { }

    /// <summary>An actor that reports to the test, already running.</summary>
    private protected IActorRef StartDoing(string? name = null)
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doing(TestActor)), name);
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        return actor;
    }

    /// <summary>A child of a supervisor with that strategy, already running. The test actor gets its reports.</summary>
    private protected IActorRef StartChild(IActorRef supervisor, string? name = null)
    {
        var probe = CreateTestProbe();
        probe.Send(supervisor, new Supervisor.Start(Props.Create(() => new Doing(TestActor)), name));
        var child = probe.ExpectMsg<IActorRef>();
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        return child;
    }

    private protected IActorRef StartSupervisor(SupervisorStrategy strategy) => Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));

    private protected static Doing.Do Do(Action<Doing> what) => new(what);

    /// <summary>Everything sent to the reporting actor before this has been handled to the end when it returns; its receive timeout runs on.</summary>
    private protected void Settle(IActorRef actor)
    {
        actor.Tell(new Doing.Quiet());
        ExpectMsg<Doing.Quiet>();
    }

    /// <summary>Everything sent to the actor before this has been handled when it returns.</summary>
    private protected void Sync(IActorRef actor)
    {
        var probe = CreateTestProbe();
        probe.Send(actor, new Identify("sync"));
        probe.ExpectMsg<ActorIdentity>();
    }
}
