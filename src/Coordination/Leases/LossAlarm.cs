using Coordination.Time;

namespace Coordination.Leases;

/// <summary>Looks at each lease when its deadline comes, so that a loss is pushed and not only found when somebody asks.</summary>
internal abstract class LossAlarm : IDisposable
{
    /// <summary>A thread of its own for real time; timers of the provider for a clock that a test drives.</summary>
    public static LossAlarm Create(TimeProvider provider) =>
        provider is SuspendAwareTimeProvider || provider == TimeProvider.System
            ? new ThreadLossAlarm(new MonotonicClock(provider))
            : new TimerLossAlarm(new MonotonicClock(provider));

    /// <summary>Watches over a lease until it is lost.</summary>
    public abstract void Add(LeaseValidity lease);

    public abstract void Dispose();

    /// <summary>Asks the lease, which is what makes it lose itself; says when to ask again.</summary>
    protected static Instant? Check(LeaseValidity lease) => lease.IsHeld ? lease.Deadline : null;
}
