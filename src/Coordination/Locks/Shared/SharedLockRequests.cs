using System.Text;
using Coordination.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>How the public faces of the shared locks talk to their actor.</summary>
internal sealed class SharedLockRequests
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    private readonly CoordinationSystem _system;
    private readonly SharedLockName _name;

    public SharedLockRequests(CoordinationSystem system, SharedKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > LockOptions.MaxNameLength)
        {
            throw new ArgumentException(
                $"The name of a lock has {length} bytes; allowed are 1 to {LockOptions.MaxNameLength}{(length == 0 ? "" : $": '{name[..40]}…'")}.", nameof(name));
        }

        _system = system;
        _name = new SharedLockName(kind, name);
    }

    public string Name => _name.Name;

    /// <summary>Waits until it is in.</summary>
    public async Task<(SharedLockReply.Acquired Acquired, CoordinationSystem System, SharedLockName Name)> AcquireAsync(
        SharedAsk ask, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        timeout = timeout == Timeout.InfiniteTimeSpan ? null : timeout;
        CheckTimeout(timeout);
        var isTry = timeout == TimeSpan.Zero;
        return await RequestAsync(ask, isTry, isTry ? _system.Options.Etcd.RequestTimeout : timeout, cancellationToken).ConfigureAwait(false) switch
        {
            SharedLockReply.Acquired acquired => (acquired, _system, _name),
            SharedLockReply.NotAcquired notAcquired => throw new LockTimeoutException(Name, timeout!.Value, notAcquired.Holder, isOwn: false),
            var other => throw Failure(other, cancellationToken),
        };
    }

    /// <summary>Waits for a while, or not at all; null when others were in.</summary>
    public async Task<(SharedLockReply.Acquired Acquired, CoordinationSystem System, SharedLockName Name)?> TryAsync(
        SharedAsk ask, TimeSpan timeout, CancellationToken cancellationToken)
    {
        CheckTimeout(timeout);
        var isTry = timeout == TimeSpan.Zero;
        return await RequestAsync(ask, isTry, isTry ? _system.Options.Etcd.RequestTimeout : timeout, cancellationToken).ConfigureAwait(false) switch
        {
            SharedLockReply.Acquired acquired => (acquired, _system, _name),
            SharedLockReply.NotAcquired => null,
            var other => throw Failure(other, cancellationToken),
        };
    }

    /// <summary>All entries, the oldest first: those that are in, and after them those that wait.</summary>
    public async Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken)
    {
        SharedMode[] modes = _name.Kind == SharedKind.Semaphore ? [SharedMode.Permits] : [SharedMode.Write, SharedMode.Read];
        var txn = new EtcdOp.Txn { Then = [.. modes.Select(mode => new EtcdOp.Get(_name.Folder(mode)))] };
        var result = await _system.AskEtcdAsync(etcd => etcd.TxnAsync(txn, cancellationToken)).ConfigureAwait(false);
        return [.. result.Results.OfType<GetResult>().SelectMany(get => get.KeyValues)
            .OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key).Select(SharedLockValue.HolderOf)];
    }

    private static void CheckTimeout(TimeSpan? timeout)
    {
        if (timeout is { } value && (value < TimeSpan.Zero || value > LongestTimeout))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), value, $"The timeout is {value}; allowed is 0 to {LongestTimeout}, or null for no limit.");
        }
    }

    private Exception Failure(SharedLockReply reply, CancellationToken cancellationToken) => reply switch
    {
        SharedLockReply.Withdrawn => new OperationCanceledException(cancellationToken),
        SharedLockReply.Failed failed => failed.Error,
        SharedLockReply.OtherLimit other => new SemaphoreLimitException(Name, other.Asked, other.Stored, other.Holder),
        _ => new System.Diagnostics.UnreachableException(),
    };

    private async Task<SharedLockReply> RequestAsync(SharedAsk ask, bool isTry, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = LockRequestId.Next();
        using var asked = LockAsk.Begin(_system.Metrics, ask.Mode.Kind(), Name);
        var reply = _system.AskAsync<SharedLockReply>(new SharedLocksCommand.Acquire(_name, request, ask, isTry, timeout) { Trace = asked.Span });

        // A cancellation is a message: the actor answers it, and sees to an entry that is in the line or still on its way there.
        await using var cancellation = cancellationToken.UnsafeRegister(
            _ => _system.Supervisor.Tell(new SharedLocksCommand.Cancel(_name, request), ActorRefs.NoSender), null).ConfigureAwait(false);
        return asked.Answered(await reply.ConfigureAwait(false));
    }
}
