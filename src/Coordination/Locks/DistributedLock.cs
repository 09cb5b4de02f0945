using System.Text;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Locks;

namespace Coordination;

/// <summary>
/// A mutual exclusion between all programs that use the same key in the same etcd. Thread-safe; several requests of one process wait in line.
/// Not reentrant: a
/// holder that asks again waits for itself. First come, first served, also between systems.
/// </summary>
public sealed class DistributedLock
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    private readonly CoordinationSystem _system;

    internal DistributedLock(CoordinationSystem system, string name, DistributedLockOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > LockOptions.MaxNameLength)
        {
            throw new ArgumentException(
                $"The name of a lock has {length} bytes; allowed are 1 to {LockOptions.MaxNameLength}{(length == 0 ? "" : $": '{name[..40]}…'")}.", nameof(name));
        }

        OptionProblems.ThrowIfAny("The options of a lock", (options ?? DistributedLockOptions.Default).Validate(), nameof(options));
        _system = system;
        Options = options ?? DistributedLockOptions.Default;
        Name = name;
        Key = name;
    }

    /// <summary>The name, which is the key in etcd.</summary>
    public string Name { get; }

    /// <summary>The key in etcd.</summary>
    public Bytes Key { get; }

    /// <summary>How it is used.</summary>
    public DistributedLockOptions Options { get; }

    internal LockId Id => new(Key, Options.OwnLeaseTtl);

    /// <summary>Waits until the lock is acquired.</summary>
    /// <param name="timeout">How long to wait for a holder, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end, also while etcd is away.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle; dispose it to release. Holding it is no proof of ownership: see <see cref="LockHandle"/>.</returns>
    /// <exception cref="LockTimeoutException">Somebody else held it for the whole time.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, or etcd was unavailable for the whole time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<LockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        timeout = timeout == Timeout.InfiniteTimeSpan ? null : timeout;
        CheckTimeout(timeout);
        var isTry = timeout == TimeSpan.Zero;
        return await RequestAsync(isTry, isTry ? _system.Options.Etcd.RequestTimeout : timeout, cancellationToken).ConfigureAwait(false) switch
        {
            LockReply.Acquired acquired => new LockHandle(_system, Id, acquired.Claim),
            LockReply.NotAcquired notAcquired => throw new LockTimeoutException(
                Name, timeout!.Value, notAcquired.Holder, isOwn: notAcquired.Holder is { Lease.IsNone: false } holder && holder.Lease == _system.SessionLease),
            var other => throw Failure(other, cancellationToken),
        };
    }

    /// <summary>Acquires the lock if nobody holds it now.</summary>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody else holds it (<see cref="GetHolderAsync"/> tells who).</returns>
    /// <exception cref="CoordinationException">It is not known whether it is held: etcd did not answer within its request timeout, or refused.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<LockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default) =>
        TryAsync(isTry: true, _system.Options.Etcd.RequestTimeout, cancellationToken);

    /// <summary>Waits for a while to acquire the lock.</summary>
    /// <param name="timeout">How long to wait, from 0 to 24 days.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody else held it for the whole time.</returns>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, or etcd was unavailable for the whole time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<LockHandle?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        CheckTimeout(timeout);
        return timeout == TimeSpan.Zero ? TryAcquireAsync(cancellationToken) : TryAsync(isTry: false, timeout, cancellationToken);
    }

    /// <summary>
    /// Asks for the lock in the name of an actor of the host. It is told <see cref="LockAcquired"/>, <see cref="LockNotAcquired"/> or <see cref="LockFailed"/>,
    /// exactly one of them, and <see cref="LockLost"/> when a lock that it acquired is lost. When the actor ends, the request is withdrawn and the lock
    /// released. The handle in the message can be used by the actor: its release needs no awaiting.
    /// </summary>
    /// <param name="requester">The actor.</param>
    /// <param name="timeout">How long to wait for a holder, from 0 (a try) to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <returns>Dispose it to withdraw the request; without effect when it was answered.</returns>
    public IDisposable AcquireFor(IActorRef requester, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(requester);
        timeout = timeout == Timeout.InfiniteTimeSpan ? null : timeout;
        CheckTimeout(timeout);
        var isTry = timeout == TimeSpan.Zero;
        var request = new LocksCommand.Acquire(Id, LockRequestId.Next(), isTry, isTry ? _system.Options.Etcd.RequestTimeout : timeout) { Terms = Options.Terms };
        return new LockErrandHandle(_system.StartErrand(LockErrand.PropsFor(_system, request, requester)));
    }

    /// <summary>Who holds the lock now, or null. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    public async Task<LockHolder?> GetHolderAsync(CancellationToken cancellationToken = default)
    {
        var result = await _system.AskEtcdAsync(etcd => etcd.GetAsync(new EtcdOp.Get(Key), cancellationToken)).ConfigureAwait(false);
        return result.First is { } current ? LockValue.HolderOf(current) : null;
    }

    private static void CheckTimeout(TimeSpan? timeout)
    {
        if (timeout is { } value && (value < TimeSpan.Zero || value > LongestTimeout))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), value, $"The timeout is {value}; allowed is 0 to {LongestTimeout}, or null for no limit.");
        }
    }

    private static Exception Failure(LockReply reply, CancellationToken cancellationToken) => reply switch
    {
        LockReply.Withdrawn => new OperationCanceledException(cancellationToken),
        LockReply.Failed failed => failed.Error,
        _ => new System.Diagnostics.UnreachableException(),
    };

    private async Task<LockHandle?> TryAsync(bool isTry, TimeSpan timeout, CancellationToken cancellationToken) =>
        await RequestAsync(isTry, timeout, cancellationToken).ConfigureAwait(false) switch
        {
            LockReply.Acquired acquired => new LockHandle(_system, Id, acquired.Claim),
            LockReply.NotAcquired => null,
            var other => throw Failure(other, cancellationToken),
        };

    private async Task<LockReply> RequestAsync(bool isTry, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = LockRequestId.Next();
        using var asked = LockAsk.Begin(_system.Metrics, LockKind.Mutex, Name);
        var reply = _system.AskAsync<LockReply>(new LocksCommand.Acquire(Id, request, isTry, timeout) { Terms = Options.Terms, Trace = asked.Span });

        // A cancellation is a message: the actor answers it, and sees to a key that an attempt on its way may still put.
        await using var cancellation = cancellationToken.UnsafeRegister(
            _ => _system.Supervisor.Tell(new LocksCommand.Cancel(Id, request), ActorRefs.NoSender), null).ConfigureAwait(false);
        return asked.Answered(await reply.ConfigureAwait(false));
    }

    private sealed class LockErrandHandle(IActorRef errand) : IDisposable
    {
        public void Dispose() => errand.Tell(new LockErrandCommand.Cancel(), ActorRefs.NoSender);
    }
}
