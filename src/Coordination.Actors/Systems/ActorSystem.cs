namespace Coordination.Actors;

/// <summary>A tree of actors with its scheduler, event stream and log. Thread-safe.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem() { }

    /// <summary>The name.</summary>
    public abstract string Name { get; }

    /// <summary>Where messages go that nobody can receive.</summary>
    public abstract IActorRef DeadLetters { get; }

    /// <summary>The events of the system: dead letters, unhandled messages, lines of the log, and what users publish.</summary>
    public abstract EventStream EventStream { get; }

    /// <summary>Schedules messages and actions.</summary>
    public abstract IScheduler Scheduler { get; }

    /// <summary>The settings of the system.</summary>
    public abstract Settings Settings { get; }

    /// <summary>The log of the system.</summary>
    public abstract ILoggingAdapter Log { get; }

    /// <summary>Done when all actors have stopped.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>When the system started, since the year 1.</summary>
    public abstract TimeSpan StartTime { get; }

    /// <summary>How long the system has been running.</summary>
    public abstract TimeSpan Uptime { get; }

    /// <summary>Starts a system with the defaults.</summary>
    public static ActorSystem Create(string name) => BuiltInActorSystem.Create(name, new BuiltInActorSystemOptions());

    /// <summary>Starts a system with a configuration. Settings that it does not know are kept for others, in <see cref="Settings"/>.</summary>
    public static ActorSystem Create(string name, Config config) =>
        BuiltInActorSystem.Create(name, new BuiltInActorSystemOptions { Config = config });

    /// <inheritdoc/>
    public abstract IActorRef ActorOf(Props props, string? name = null);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(string actorPath);

    /// <summary>Stops an actor after its current message.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Runs the <see cref="CoordinatedShutdown"/>, which stops all actors in the end; the task is <see cref="WhenTerminated"/>.</summary>
    public abstract Task Terminate();

    /// <summary>Runs code when all actors have stopped.</summary>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>The extension of that id; made at the first call.</summary>
    public abstract object RegisterExtension(IExtensionId extension);

    /// <summary>The extension of that id; made at the first call.</summary>
    public abstract object GetExtension(IExtensionId extensionId);

    /// <summary>The extension of that type, or null when it was not registered.</summary>
    public abstract T? GetExtension<T>() where T : class, IExtension;

    /// <summary>True when the extension was registered.</summary>
    public abstract bool HasExtension(Type type);

    /// <summary>True when the extension was registered.</summary>
    public abstract bool HasExtension<T>() where T : class, IExtension;

    /// <summary>The extension of that type, if it was registered.</summary>
    public abstract bool TryGetExtension(Type extensionType, out object? extension);

    /// <summary>The extension of that type, if it was registered.</summary>
    public abstract bool TryGetExtension<T>(out T? extension) where T : class, IExtension;

    /// <summary>Begins to terminate, without waiting.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected virtual void Dispose(bool disposing) => Terminate();
}
