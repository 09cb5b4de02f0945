namespace Coordination.Actors;

/// <summary>When one child fails, the decision is applied to all children.</summary>
public class AllForOneStrategy : SupervisorStrategy, IEquatable<AllForOneStrategy>
{
    private readonly IDecider _decider;

    /// <summary>Without limit, with the default decider.</summary>
    protected AllForOneStrategy() : this(DefaultDecider) { }

    /// <summary>Without limit.</summary>
    public AllForOneStrategy(IDecider decider) : this(-1, -1, decider) { }

    /// <summary>Without limit.</summary>
    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(-1, -1, localOnlyDecider) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: null or -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeRange">The time range; null for the whole life.</param>
    /// <param name="decider">Maps failures to directives.</param>
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, WindowMilliseconds(withinTimeRange), decider) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: null or -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeRange">The time range; null for the whole life.</param>
    /// <param name="localOnlyDecider">Maps failures to directives.</param>
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, WindowMilliseconds(withinTimeRange), localOnlyDecider) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeMilliseconds">The time range; -1 for the whole life.</param>
    /// <param name="localOnlyDecider">Maps failures to directives.</param>
    /// <param name="loggingEnabled">Whether failures are logged.</param>
    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, new LocalOnlyDecider(localOnlyDecider), loggingEnabled) { }

    /// <summary>With a limit of restarts.</summary>
    /// <param name="maxNrOfRetries">Restarts allowed in the time range: -1 for no limit, 0 for none.</param>
    /// <param name="withinTimeMilliseconds">The time range; -1 for the whole life.</param>
    /// <param name="decider">Maps failures to directives.</param>
    /// <param name="loggingEnabled">Whether failures are logged.</param>
    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
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

    /// <inheritdoc/>
    protected override Directive Handle(IActorRef child, Exception exception) => _decider.Decide(exception);

    internal override void Apply(ActorCell supervisor, bool restart, ChildStats child, Exception cause, IReadOnlyList<ChildStats> children)
    {
        var window = Window(WithinTimeRangeMilliseconds);
        var restartAll = restart && children.All(c => c.RequestRestart(MaxNumberOfRetries, window, supervisor.SystemImpl.Time));
        foreach (var one in children)
        {
            if (restartAll) RestartChild(one.Child, cause, suspendFirst: !ReferenceEquals(one, child));
            else supervisor.Stop(one.Child);
        }
    }

    /// <inheritdoc/>
    public bool Equals(AllForOneStrategy? other) =>
        other is not null && MaxNumberOfRetries == other.MaxNumberOfRetries
        && WithinTimeRangeMilliseconds == other.WithinTimeRangeMilliseconds && _decider.Equals(other._decider);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AllForOneStrategy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MaxNumberOfRetries, WithinTimeRangeMilliseconds, _decider);
}
