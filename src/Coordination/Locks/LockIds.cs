using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>Identifies one request for a lock within this process.</summary>
internal readonly record struct LockRequestId(long Value)
{
    private static long _last;

    public static LockRequestId Next() => new(Interlocked.Increment(ref _last));
}

/// <summary>Identifies one attempt to put the lock's key, everywhere and for ever: it is in the key's value.</summary>
internal readonly record struct AttemptId(Guid Value)
{
    public static AttemptId New() => new(Guid.NewGuid());

    public override string ToString() => Value.ToString("N");
}

/// <summary>The session lease as the machine knows it.</summary>
internal sealed record LockLease(LeaseId Id, TimeSpan Ttl);

/// <summary>A request that waits. A try does not outlive the answer to one attempt. One that is not fair takes its chance instead of standing in line.</summary>
internal sealed record LockWaiter(LockRequestId Request, bool IsTry, bool IsFair);
