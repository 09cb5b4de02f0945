namespace Coordination.Actors;

/// <summary>How a child is started again. Immutable: each method returns other options.</summary>
public abstract class BackoffOptions
{
    private protected BackoffOptions() { }

    /// <summary>Counts from zero again when the child has been running for that long. The default, with the minimum.</summary>
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);

    /// <summary>Counts from zero again when the child says so with <see cref="BackoffSupervisor.Reset"/>.</summary>
    public abstract BackoffOptions WithManualReset();

    /// <summary>Decides what is a failure, and limits the restarts. A stop or a restart of the strategy is what backs off.</summary>
    public abstract BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy);

    /// <summary>Stops a child that fails, whatever the failure.</summary>
    public abstract BackoffOptions WithDefaultStoppingStrategy();

    /// <summary>Limits the restarts in a row: -1 for no limit.</summary>
    public abstract BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries);

    /// <summary>Answers messages that come while there is no child. Otherwise they are dead letters.</summary>
    public abstract BackoffOptions WithReplyWhileStopped(object replyWhileStopped);

    /// <summary>After such a message, the child's stop is the end (only with OnStop).</summary>
    public abstract BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage);

    internal abstract Props Props();
}
