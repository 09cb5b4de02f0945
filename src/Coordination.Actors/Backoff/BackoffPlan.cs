namespace Coordination.Actors;

internal enum BackoffTrigger
{
    /// <summary>The child failed.</summary>
    Failure,

    /// <summary>The child stopped.</summary>
    Stop,
}

/// <summary>The one kind of <see cref="BackoffOptions"/>.</summary>
internal sealed class BackoffPlan : BackoffOptions
{
    public BackoffPlan(BackoffTrigger trigger, Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
    {
        ArgumentNullException.ThrowIfNull(childProps);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(minBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBackoff, minBackoff);
        ArgumentOutOfRangeException.ThrowIfLessThan(randomFactor, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(randomFactor, 1);
        (Trigger, ChildProps, ChildName, MinBackoff, MaxBackoff, RandomFactor) = (trigger, childProps, childName, minBackoff, maxBackoff, randomFactor);
        AutoReset = minBackoff;
    }

    public BackoffTrigger Trigger { get; }

    public Props ChildProps { get; }

    public string ChildName { get; }

    public TimeSpan MinBackoff { get; }

    public TimeSpan MaxBackoff { get; }

    public double RandomFactor { get; }

    /// <summary>Null for a manual reset.</summary>
    public TimeSpan? AutoReset { get; private init; }

    public OneForOneStrategy Strategy { get; private init; } = new(SupervisorStrategy.DefaultDecider);

    public object? ReplyWhileStopped { get; private init; }

    public Func<object, bool>? FinalStopMessage { get; private init; }

    public override BackoffOptions WithAutoReset(TimeSpan resetBackoff)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resetBackoff, MinBackoff);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(resetBackoff, MaxBackoff);
        return new BackoffPlan(this) { AutoReset = resetBackoff };
    }

    public override BackoffOptions WithManualReset() => new BackoffPlan(this) { AutoReset = null };

    public override BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy) => new BackoffPlan(this) { Strategy = supervisorStrategy };

    public override BackoffOptions WithDefaultStoppingStrategy() =>
        new BackoffPlan(this) { Strategy = SupervisorStrategy.StoppingStrategy.WithMaxNrOfRetries(Strategy.MaxNumberOfRetries) };

    public override BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries) => new BackoffPlan(this) { Strategy = Strategy.WithMaxNrOfRetries(maxNrOfRetries) };

    public override BackoffOptions WithReplyWhileStopped(object replyWhileStopped) => new BackoffPlan(this) { ReplyWhileStopped = replyWhileStopped };

    public override BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage) => new BackoffPlan(this) { FinalStopMessage = isFinalStopMessage };

    /// <summary>The delay before restart number <paramref name="restarts"/>, from zero.</summary>
    public TimeSpan Delay(int restarts, double random)
    {
        var ticks = Math.Min(MaxBackoff.Ticks, MinBackoff.Ticks * Math.Pow(2, restarts)) * (1 + (random * RandomFactor));
        return ticks < long.MaxValue ? TimeSpan.FromTicks((long)ticks) : MaxBackoff;
    }

    internal override Props Props() => Trigger == BackoffTrigger.Failure
        ? Actors.Props.Create(() => new BackoffOnFailureSupervisor(this))
        : Actors.Props.Create(() => new BackoffSupervisor(this));

    private BackoffPlan(BackoffPlan copy) : this(copy.Trigger, copy.ChildProps, copy.ChildName, copy.MinBackoff, copy.MaxBackoff, copy.RandomFactor) =>
        (AutoReset, Strategy, ReplyWhileStopped, FinalStopMessage) = (copy.AutoReset, copy.Strategy, copy.ReplyWhileStopped, copy.FinalStopMessage);
}
