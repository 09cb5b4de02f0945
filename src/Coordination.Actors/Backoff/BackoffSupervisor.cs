namespace Coordination.Actors;

/// <summary>Starts its child again, later and later, when it stops, and passes all messages on to it.</summary>
public sealed class BackoffSupervisor : BackoffSupervisorBase
{
    /// <summary>With the default strategy, without limit.</summary>
    public BackoffSupervisor(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
        : this(Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor)) { }

    internal BackoffSupervisor(BackoffOptions plan) : base(plan) { }

    /// <summary>A supervisor of a child that stops.</summary>
    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        Props(Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor));

    /// <summary>A supervisor of a child that stops, with a limit of restarts in a row.</summary>
    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        Props(Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries));

    /// <summary>A supervisor with options.</summary>
    public static Props Props(BackoffOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Props();
    }

    /// <inheritdoc/>
    protected internal override SupervisorStrategy SupervisorStrategy() => Plan.Strategy.WithMaxNrOfRetries(-1); // the limit counts the backed-off restarts

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        if (message is not Terminated terminated || !IsChild(terminated)) return HandleBackoff(message);
        BackOff();
        return true;
    }

    /// <summary>Asks the supervisor for its child.</summary>
    public sealed class GetCurrentChild
    {
        /// <summary>The only one.</summary>
        public static readonly GetCurrentChild Instance = new();

        private GetCurrentChild() { }
    }

    /// <summary>The answer: the child, or null.</summary>
    public sealed class CurrentChild
    {
        /// <summary>Makes it.</summary>
        public CurrentChild(IActorRef? @ref) => Ref = @ref;

        /// <summary>The child, or null.</summary>
        public IActorRef? Ref { get; }
    }

    /// <summary>Asks the supervisor to count from zero again; only with a manual reset.</summary>
    public sealed class Reset
    {
        /// <summary>The only one.</summary>
        public static readonly Reset Instance = new();

        private Reset() { }
    }

    /// <summary>Asks the supervisor for the count of restarts.</summary>
    public sealed class GetRestartCount
    {
        /// <summary>The only one.</summary>
        public static readonly GetRestartCount Instance = new();

        private GetRestartCount() { }
    }

    /// <summary>The answer: restarts since the last reset.</summary>
    public sealed class RestartCount
    {
        /// <summary>Makes it.</summary>
        public RestartCount(int count) => Count = count;

        /// <summary>Restarts since the last reset.</summary>
        public int Count { get; }
    }

    /// <summary>The supervisor tells itself that the delay is over.</summary>
    public sealed class StartChild : IDeadLetterSuppression
    {
        /// <summary>The only one.</summary>
        public static readonly StartChild Instance = new();

        private StartChild() { }
    }

    /// <summary>The supervisor tells itself to count from zero if there was no restart since.</summary>
    public sealed class ResetRestartCount : IDeadLetterSuppression
    {
        /// <summary>Makes it.</summary>
        public ResetRestartCount(int current) => Current = current;

        /// <summary>The count when it was scheduled.</summary>
        public int Current { get; }
    }
}
