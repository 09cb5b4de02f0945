using System.Text;

namespace Coordination.Actors;

/// <summary>The system: root, guardians, and what all cells share.</summary>
internal sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly BuiltInActorSystemOptions _options;
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<Action> _onTermination = [];
    private readonly long _started;
    private readonly ExtensionRegistry _extensions;
    private long _uids;
    private long _temps;

    public ActorSystemImpl(string name, BuiltInActorSystemOptions options)
    {
        (_options, Name) = (options, name);
        Settings = new Settings(this, options.Config);
        _extensions = new ExtensionRegistry(this);
        _started = Time.GetTimestamp();
        StartTime = TimeSpan.FromTicks(Time.GetUtcNow().UtcTicks);
        var rootPath = new RootActorPath(new Address("akka", name));
        DeadLetterRef = new DeadLetterActorRef(this, rootPath.Child("deadLetters"));
        Log = LogFor($"ActorSystem({name})", typeof(ActorSystem), null);
        var scheduler = new TimeProviderScheduler(Time, failure => Log.Error(failure, "A scheduled action failed: {0}", failure.Message));
        Scheduler = options.WrapScheduler?.Invoke(scheduler) ?? scheduler;
        EventStream.DropDeadSubscribers(this, rootPath.Child("system").Child("eventStreamUnsubscriber"));
        Root = new RootActorRef(this, rootPath);
        InnerGuardian = Guardian("system");
        UserGuardian = Guardian("user");
    }

    public override string Name { get; }

    public override IActorRef DeadLetters => DeadLetterRef;

    public override EventStream EventStream { get; } = new(debug: false);

    public override IScheduler Scheduler { get; }

    public override Settings Settings { get; }

    public override ILoggingAdapter Log { get; }

    public override Task WhenTerminated => _terminated.Task;

    public override TimeSpan StartTime { get; }

    public override TimeSpan Uptime => Time.GetElapsedTime(_started);

    public TimeProvider Time => _options.TimeProvider;

    public Random Random => _options.Random;

    public ActorDispatcher Dispatcher => _options.Dispatcher;

    public DeadLetterActorRef DeadLetterRef { get; }

    public RootActorRef Root { get; }

    public LocalActorRef UserGuardian { get; }

    public LocalActorRef InnerGuardian { get; }

    public override IActorRef ActorOf(Props props, string? name = null) => UserGuardian.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf(Props props, string? name = null) => InnerGuardian.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf<TActor>(string? name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => Actors.ActorSelection.From(this, actorPath);

    public override ActorSelection ActorSelection(string actorPath) => Actors.ActorSelection.From(this, Root, actorPath);

    public override void Stop(IActorRef actor) => ActorRefBase.Of(actor).StopThis();

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByTerminate) _ = CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else FinalTerminate();
        return WhenTerminated;
    }

    /// <summary>Stops all actors, without the coordinated shutdown.</summary>
    public Task FinalTerminate()
    {
        UserGuardian.StopThis();
        return WhenTerminated;
    }

    public override object RegisterExtension(IExtensionId extension) => _extensions.Register(extension);

    public override object GetExtension(IExtensionId extensionId) => _extensions.Register(extensionId);

    public override T? GetExtension<T>() where T : class => TryGetExtension<T>(out var extension) ? extension : null;

    public override bool HasExtension(Type type) => _extensions.TryGet(type, out _);

    public override bool HasExtension<T>() => HasExtension(typeof(T));

    public override bool TryGetExtension(Type extensionType, out object? extension) => _extensions.TryGet(extensionType, out extension);

    public override bool TryGetExtension<T>(out T? extension) where T : class
    {
        extension = _extensions.TryGet(typeof(T), out var found) ? (T)found! : null;
        return extension is not null;
    }

    public override void RegisterOnTermination(Action code)
    {
        ArgumentNullException.ThrowIfNull(code);
        lock (_gate)
        {
            if (!WhenTerminated.IsCompleted)
            {
                _onTermination.Add(code);
                return;
            }
        }

        code();
    }

    public override string PrintTree()
    {
        var text = new StringBuilder();
        Print(UserGuardian, 0);
        Print(InnerGuardian, 0);
        return text.ToString();

        void Print(LocalActorRef actor, int depth)
        {
            text.Append(' ', depth * 2).AppendLine(actor.Path.Name);
            foreach (var child in actor.Cell.Children.All()) Print(child, depth + 1);
        }
    }

    public long NextUid() => Interlocked.Increment(ref _uids);

    public ActorPath NextTempPath() => Root.Path.Child("temp").Child($"${Interlocked.Increment(ref _temps)}");

    public ILoggingAdapter LogFor(string source, Type type, ILogMessageFormatter? formatter) =>
        new SystemLog(EventStream, source, type, _options.LoggerFactory?.CreateLogger(type.FullName ?? type.Name), Settings.MinLogLevel, Time,
            formatter ?? DefaultLogMessageFormatter.Instance);

    /// <summary>Both guardians are gone.</summary>
    public void Finish()
    {
        Action[] callbacks;
        lock (_gate) callbacks = [.. _onTermination];
        foreach (var callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception failure)
            {
                Log.Error(failure, "A termination callback failed: {0}", failure.Message);
            }
        }

        _terminated.TrySetResult();
    }

    private LocalActorRef Guardian(string name)
    {
        var guardian = new LocalActorRef(this, Props.Create<GuardianActor>(), Root, new ChildActorPath(Root.Path, name, NextUid()));
        guardian.SendSystem(new CreateMessage());
        return guardian;
    }
}
