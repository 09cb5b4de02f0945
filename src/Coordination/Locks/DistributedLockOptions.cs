using Coordination.Leases;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>How one lock is used. Programs that share a lock need not use the same options.</summary>
public sealed record DistributedLockOptions
{
    /// <summary>The longest <see cref="Owner"/>, in characters.</summary>
    public const int LongestOwner = CoordinationOptions.LongestOwner;

    /// <summary>
    /// Whether waiting requests stand in line with those of other processes, first come, first served. Otherwise each takes its chance when the lock becomes free, and
    /// may overtake. Default true.
    /// </summary>
    public bool IsFair { get; init; } = true;

    /// <summary>
    /// The TTL of the lock's own lease; null: the lock lives on the session's lease. An own lease is lost alone, and costs its own renewals while the lock is in use.
    /// 2 s to 1 h, in whole seconds (a fraction is rounded up). Default null.
    /// </summary>
    public TimeSpan? OwnLeaseTtl { get; init; }

    /// <summary>
    /// How long nobody acquires the lock after a holder's unclean end: it crashed, was cut off or paused, and lost its lease. The time begins when its handle is lost at the latest, and
    /// is for what the holder had under way. The key stays in etcd for so long, so other programs are held off, too. A release, an orderly end, and somebody who deletes the key or
    /// revokes the lease cause no delay. Needs a lease of its own (<see cref="OwnLeaseTtl"/>), which lives so much longer. 1 s to 1 h; null: none.
    /// Default null.
    /// </summary>
    public TimeSpan? LockDelay { get; init; }

    /// <summary>What others see as the holder; null: <see cref="CoordinationOptions.Owner"/>. 1 to 256 characters. Default null.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// How long one acquisition may last. Then it is lost (<see cref="LossReason.HoldLimit"/>), and after a margin in which its holder can stop, the lock is released.
    /// 10 ms to 24 days; null: without end. Default null.
    /// </summary>
    public TimeSpan? MaxHold { get; init; }

    internal static DistributedLockOptions Default { get; } = new();

    internal LockTerms Terms => this == Default ? LockTerms.Alone : LockTerms.Alone with { IsFair = IsFair, Owner = Owner, MaxHold = MaxHold };

    internal IReadOnlyList<string> Validate()
    {
        var problems = new OptionProblems();
        if (OwnLeaseTtl is { } ttl)
        {
            problems.Check(nameof(OwnLeaseTtl), ttl, LeaseSettings.LeastTtl, LeaseSettings.LongestTtl);
        }

        if (LockDelay is { } delay)
        {
            problems.Check(nameof(LockDelay), delay, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
            if (OwnLeaseTtl is null)
            {
                problems.Add(nameof(LockDelay), delay, $"it needs a lease of its own ({nameof(OwnLeaseTtl)})");
            }
        }

        if (Owner is { Length: 0 or > LongestOwner })
        {
            problems.Add(nameof(Owner), Owner, $"allowed are 1 to {LongestOwner} characters");
        }

        if (MaxHold is { } hold)
        {
            problems.Check(nameof(MaxHold), hold, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(24));
        }

        return problems.All;
    }
}
