namespace Coordination.Actors;

/// <summary>The decision is about the child that failed and about no other.</summary>
public class OneForOneStrategy : SupervisorStrategy, IEquatable<OneForOneStrategy>
{
    private readonly IDecider _decider;

    /// <summary>Without limit, with the default decider.</summary>
    protected OneForOneStrategy() : this(DefaultDecider) { }

    /// <summary>Without limit.</summary>
    public OneForOneStrategy(IDecider decider) : this(-1, -1, decider) { }

    /// <summary>Without limit.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(-1, -1, localOnlyDecider) { }

    /// <summary>Without limit.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true) : this(-1, -1, localOnlyDecider, loggingEnabled) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: null or -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeRange">The time range; null for the whole life.</param>
    /// <param name="decider">Maps failures to directives.</param>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, WindowMilliseconds(withinTimeRange), decider) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: null or -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeRange">The time range; null for the whole life.</param>
    /// <param name="localOnlyDecider">Maps failures to directives.</param>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, WindowMilliseconds(withinTimeRange), localOnlyDecider) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeMilliseconds">The time range; -1 for the whole life.</param>
    /// <param name="localOnlyDecider">Maps failures to directives.</param>
    /// <param name="loggingEnabled">Whether failures are logged.</param>
    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, new LocalOnlyDecider(localOnlyDecider), loggingEnabled) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeMilliseconds">The time range; -1 for the whole life.</param>
    /// <param name="decider">Maps failures to directives.</param>
    /// <param name="loggingEnabled">Whether failures are logged.</param>
    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        ArgumentNullException.ThrowIfNull(decider);
        (MaxNumberOfRetries, WithinTimeRangeMilliseconds, _decider, LoggingEnabled) = (maxNrOfRetries, withinTimeMilliseconds, decider, loggingEnabled);
    }

    /// <inheritdoc/>
    public override IDecider Decider => _decider;

    /// <summary>Restarts allowed in the time range: -1 for no limit, 0 for none.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>The time range; -1 for the whole life.</summary>
    public int WithinTimeRangeMilliseconds { get; }

    /// <summary>The same strategy with another limit.</summary>
    public OneForOneStrategy WithMaxNrOfRetries(int maxNrOfRetries) => new(maxNrOfRetries, WithinTimeRangeMilliseconds, _decider, LoggingEnabled);

    /// <inheritdoc/>
    protected override Directive Handle(IActorRef child, Exception exception) => _decider.Decide(exception);

    internal override void Apply(ActorCell supervisor, bool restart, ChildStats child, Exception cause, IReadOnlyList<ChildStats> children)
    {
        if (restart && child.RequestRestart(MaxNumberOfRetries, Window(WithinTimeRangeMilliseconds), supervisor.SystemImpl.Time))
            RestartChild(child.Child, cause, suspendFirst: false);
        else
            supervisor.Stop(child.Child);
    }

    /// <inheritdoc/>
    public bool Equals(OneForOneStrategy? other) =>
        other is not null && MaxNumberOfRetries == other.MaxNumberOfRetries
        && WithinTimeRangeMilliseconds == other.WithinTimeRangeMilliseconds && _decider.Equals(other._decider);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OneForOneStrategy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MaxNumberOfRetries, WithinTimeRangeMilliseconds, _decider);
}
