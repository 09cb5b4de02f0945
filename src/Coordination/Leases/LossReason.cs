namespace Coordination;

/// <summary>Why a lease, a lock or a leadership is lost.</summary>
public enum LossReason
{
    /// <summary>No renewal was acknowledged in time: the local deadline passed. The server may still hold the lease for a while.</summary>
    Expired,

    /// <summary>The server says that the lease does not exist any more: it expired there, or somebody revoked it.</summary>
    LeaseGone,

    /// <summary>It was not certain what became of requests on the lease, so the lease was given up: whatever may still commit on it goes with it.</summary>
    GivenUp,

    /// <summary>Somebody deleted the key.</summary>
    KeyDeleted,

    /// <summary>Somebody overwrote the key, or moved it to another lease.</summary>
    KeyOverwritten,

    /// <summary>It was held as long as its options allow (<see cref="DistributedLockOptions.MaxHold"/>).</summary>
    HoldLimit,

    /// <summary>etcd's history is not the one in which it was acquired: a backup was restored, or it is another cluster.</summary>
    HistoryReplaced,

    /// <summary>The coordination system was stopped while it was held.</summary>
    Stopped,

    /// <summary>The holder released it. This is not reported as a loss.</summary>
    Released,

    /// <summary>The coordination system was stopped as by a crash, or a part of it failed: nothing was released.</summary>
    Aborted,
}
