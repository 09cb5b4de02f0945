namespace Coordination.Actors.Tests.Conformance;

/// <summary>An actor that does what it is told, and reports what happens to it.</summary>
internal sealed class Doing : ReceiveActor, IWithUnboundedStash, IWithTimers
{
    private readonly IActorRef _report;

    public Doing(IActorRef report)
    {
        _report = report;
        _report.Tell(new Created(Self), Self);
        Receive<Do>(command => command.What(this));
        Receive<Terminated>(terminated => _report.Tell(new Gone(terminated.ActorRef, terminated.ExistenceConfirmed), Sender));
        ReceiveAny(message => _report.Tell(message, Sender));
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    public IActorContext Inside => Context;

    public IActorRef Me => Self;

    public IActorRef From => Sender;

    public IActorRef Report => _report;

    public int State { get; set; }

    public new void Become(Action configure) => base.Become(configure);

    public new void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => base.Receive(handler, shouldHandle);

    protected override void PreStart() => _report.Tell("PreStart", Self);

    protected override void PreRestart(Exception reason, object? message)
    {
        _report.Tell($"PreRestart({reason.Message})", Self);
        base.PreRestart(reason, message);
    }

    protected override void PostRestart(Exception reason)
    {
        _report.Tell($"PostRestart({reason.Message})", Self);
        base.PostRestart(reason);
    }

    protected override void PostStop() => _report.Tell("PostStop", Self);

    internal sealed record Do(Action<Doing> What);

    internal sealed record Created(IActorRef Self);

    /// <summary>The actor received Terminated (which itself cannot be passed on).</summary>
    internal sealed record Gone(IActorRef Actor, bool ExistenceConfirmed);

    /// <summary>A message that leaves the receive timeout alone.</summary>
    internal sealed class Quiet : INotInfluenceReceiveTimeout;
}

/// <summary>A failure on purpose.</summary>
internal sealed class Boom(string message) : Exception(message)
{
    public static Doing.Do Command(string message = "boom") => new(_ => throw new Boom(message));
}

/// <summary>An actor that supervises with a given strategy and starts children when asked.</summary>
internal sealed class Supervisor : ReceiveActor
{
    private readonly SupervisorStrategy _strategy;

    public Supervisor(SupervisorStrategy strategy)
    {
        _strategy = strategy;
        Receive<Start>(start => Sender.Tell(Context.ActorOf(start.Props, start.Name), Self));
        Receive<Doing.Do>(_ => throw new Boom("supervisor"));
    }

    protected override SupervisorStrategy SupervisorStrategy() => _strategy;

    internal sealed record Start(Props Props, string? Name = null);
}
