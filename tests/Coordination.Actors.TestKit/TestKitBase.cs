using System.Linq.Expressions;

namespace Coordination.Actors.TestKit;

/// <summary>A test with an actor of its own: what that actor receives, the test expects.</summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static int _names;

    private readonly TestQueue _queue = new();
    private readonly LocalActorRef _testActor;

    protected TestKitBase(ActorSystem system, string? testActorName = null)
    {
        Sys = system;
        _testActor = (LocalActorRef)((ExtendedActorSystem)system).SystemActorOf(
            Props.Create(() => new InternalTestActor(_queue)), testActorName ?? $"testActor{Interlocked.Increment(ref _names)}");
        if (this is not INoImplicitSender) ImplicitSenderContext.Install(_testActor.Cell);
    }

    public ActorSystem Sys { get; }

    public IActorRef TestActor => _testActor;

    public TestKitSettings TestKitSettings { get; } = new();

    public ILoggingAdapter Log => Logging.GetLogger(Sys, GetType());

    public EventFilterFactory EventFilter => CreateEventFilter(Sys);

    public bool HasMessages => _queue.HasMessages;

    public object? LastMessage { get; private set; }

    public IActorRef? LastSender { get; private set; }

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, name);

    public IActorRef CreateTestActor(string name) => CreateTestProbe(name).Ref;

    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    public IActorRef ActorOf(Props props, string? name) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>() where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>());

    public IActorRef ActorOf<TActor>(string name) where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory) where TActor : ActorBase => Sys.ActorOf(Props.Create(factory));

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string name) where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    public IActorRef ChildActorOf(Props props, string? name = null, CancellationToken cancellationToken = default)
    {
        var answer = CreateTestProbe();
        _testActor.Tell(new InternalTestActor.SpawnCommand(props, name), answer.Ref);
        return answer.ExpectMsg<IActorRef>(cancellationToken: cancellationToken);
    }

    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    public IActorRef Watch(IActorRef actorToWatch)
    {
        TestActor.Tell(new InternalTestActor.WatchCommand(actorToWatch), ActorRefs.NoSender);
        return actorToWatch;
    }

    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        TestActor.Tell(new InternalTestActor.UnwatchCommand(actorToUnwatch), ActorRefs.NoSender);
        return actorToUnwatch;
    }

    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new InternalTestActor.IgnoreCommand(shouldIgnoreMessage), ActorRefs.NoSender);

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) => IgnoreMessages(m => m is TMsg typed && shouldIgnoreMessage(typed));

    public void IgnoreMessages<TMsg>() => IgnoreMessages(m => m is TMsg);

    public void IgnoreNoMessages() => TestActor.Tell(new InternalTestActor.IgnoreCommand(null), ActorRefs.NoSender);

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new InternalTestActor.PilotCommand(pilot), ActorRefs.NoSender);

    /// <summary>Terminates the system and waits for its end.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        using var stopped = new ManualResetEventSlim();
        system.RegisterOnTermination(stopped.Set);
        _ = system.Terminate();
        if (!stopped.Wait(duration ?? TestKitSettings.DefaultTimeout) && verifySystemShutdown)
            throw new TimeoutException($"Failed to stop [{system.Name}]:\n{((ExtendedActorSystem)system).PrintTree()}");
    }

    internal void EndImplicitSender() => ImplicitSenderContext.Uninstall(_testActor.Cell);
}

/// <summary>A kit whose actor is not the implicit sender of the test.</summary>
public interface INoImplicitSender;
