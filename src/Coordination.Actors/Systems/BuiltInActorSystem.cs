using Microsoft.Extensions.Logging;

namespace Coordination.Actors;

/// <summary>The built-in runtime's own way to start a system: with its clock, threads and log injected.</summary>
public static class BuiltInActorSystem
{
    /// <summary>Starts a system.</summary>
    /// <param name="name">The name: letters, digits, <c>-</c> and <c>_</c>, beginning with a letter or digit.</param>
    /// <param name="options">Clock, dispatcher and log.</param>
    public static ActorSystem Create(string name, BuiltInActorSystemOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        if (!char.IsAsciiLetterOrDigit(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            throw new ArgumentException($"Invalid ActorSystem name [{name}]: it must hold letters, digits, '-' and '_' only and begin with a letter or digit.", nameof(name));
        return new ActorSystemImpl(name, options);
    }
}

/// <summary>What a system of the built-in runtime is made with.</summary>
public sealed record BuiltInActorSystemOptions
{
    /// <summary>All time of the system: schedulers, timers, timeouts. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gives the actors their turns. Default: the thread pool.</summary>
    public ActorDispatcher Dispatcher { get; init; } = ActorDispatcher.ThreadPool;

    /// <summary>Where the log goes. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The settings: <c>akka.loglevel</c>, <c>akka.actor.ask-timeout</c>, <c>akka.coordinated-shutdown</c>, and any others for the users' own use.</summary>
    public Config Config { get; init; } = Config.Empty;

    /// <summary>Random numbers, for the jitter of backoffs. Default: those of the process.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>For the test kit: another face for the scheduler.</summary>
    internal Func<IScheduler, IScheduler>? WrapScheduler { get; init; }
}
