using Coordination.Etcd;

namespace Coordination;

/// <summary>What an actor of the host is told about a lock that was asked for in its name (<see cref="DistributedLock.AcquireFor"/>).</summary>
/// <param name="Key">The key in etcd.</param>
public abstract record LockNews(Bytes Key);

/// <summary>The lock is held, until it is released, lost, or the actor ends. The answer to a request.</summary>
/// <param name="Key">The key in etcd.</param>
/// <param name="Handle">The handle.</param>
public sealed record LockAcquired(Bytes Key, LockHandle Handle) : LockNews(Key);

/// <summary>Somebody else holds the lock, and the request did not want to wait (longer). The answer to a request.</summary>
/// <param name="Key">The key in etcd.</param>
/// <param name="Holder">Who holds it, as far as it is known.</param>
public sealed record LockNotAcquired(Bytes Key, LockHolder? Holder) : LockNews(Key);

/// <summary>The request failed, or was cancelled. The answer to a request.</summary>
/// <param name="Key">The key in etcd.</param>
/// <param name="Error">Why; an <see cref="OperationCanceledException"/> when it was cancelled.</param>
public sealed record LockFailed(Bytes Key, Exception Error) : LockNews(Key);

/// <summary>A lock that was held is lost. Not told when it was released.</summary>
/// <param name="Key">The key in etcd.</param>
/// <param name="Token">The fencing token of the acquisition that is lost.</param>
/// <param name="Reason">Why.</param>
public sealed record LockLost(Bytes Key, long Token, LossReason Reason) : LockNews(Key);
