using System.Text;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Locks.Line;

namespace Coordination.Locks;

/// <summary>How the public faces of all locks talk to the actor of theirs.</summary>
internal sealed class LockRequests
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    public LockRequests(CoordinationSystem system, LockForm form, string name, TimeSpan? ownTtl = null, TimeSpan? ownDelay = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > LockOptions.MaxNameLength)
        {
            throw new ArgumentException(
                $"The name of a lock has {length} bytes; allowed are 1 to {LockOptions.MaxNameLength}{(length == 0 ? "" : $": '{name[..40]}…'")}.", nameof(name));
        }

        System = system;
        Lock = new LockName(form, name, ownTtl) { OwnDelay = ownDelay ?? TimeSpan.Zero };
    }

    public CoordinationSystem System { get; }

    public LockName Lock { get; }

    /// <summary>Waits until it is acquired.</summary>
    public async Task<LockReply.Acquired> AcquireAsync(LockTerms terms, TimeSpan? timeout, CancellationToken cancellationToken) =>
        await RequestAsync(terms, timeout, cancellationToken).ConfigureAwait(false) switch
        {
            LockReply.Acquired acquired => acquired,
            LockReply.NotAcquired { Holder: var holder } => throw new LockTimeoutException(
                Lock.Name, timeout!.Value, holder, isOwn: Lock.Form == LockForm.Mutex && holder is { Lease.IsNone: false } && holder.Lease == System.SessionLease),
            var other => throw Failure(other, cancellationToken),
        };

    /// <summary>Waits for a while, or not at all; null when others were in the way.</summary>
    public async Task<LockReply.Acquired?> TryAsync(LockTerms terms, TimeSpan timeout, CancellationToken cancellationToken) =>
        await RequestAsync(terms, timeout, cancellationToken).ConfigureAwait(false) switch
        {
            LockReply.Acquired acquired => acquired,
            LockReply.NotAcquired => null,
            var other => throw Failure(other, cancellationToken),
        };

    /// <summary>What is sent for a request: without a timeout it waits without end, with one of zero it does not wait for others, only for etcd.</summary>
    public LocksCommand.Acquire Command(LockTerms terms, TimeSpan? timeout)
    {
        timeout = timeout == Timeout.InfiniteTimeSpan ? null : timeout;
        if (timeout is { } value && (value < TimeSpan.Zero || value > LongestTimeout))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), value, $"The timeout is {value}; allowed is 0 to {LongestTimeout}, or null for no limit.");
        }

        var isTry = timeout == TimeSpan.Zero;
        return new LocksCommand.Acquire(Lock, LockRequestId.Next(), terms, isTry, isTry ? System.Options.Etcd.RequestTimeout : timeout);
    }

    /// <summary>Everybody in line at a shared lock, the oldest first: those that are in, and after them those that wait.</summary>
    public async Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken)
    {
        LockMode[] modes = Lock.Form == LockForm.Semaphore ? [LockMode.Permits] : [LockMode.Write, LockMode.Read];
        var txn = new EtcdOp.Txn { Then = [.. modes.Select(mode => new EtcdOp.Get(Lock.Folder(mode)))] };
        var result = await System.AskEtcdAsync(etcd => etcd.TxnAsync(txn, cancellationToken)).ConfigureAwait(false);
        return [.. result.Results.OfType<GetResult>().SelectMany(get => get.KeyValues)
            .OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key).Select(kv => LockValue.HolderOf(kv, kv.CreateRevision))];
    }

    private Exception Failure(LockReply reply, CancellationToken cancellationToken) => reply switch
    {
        LockReply.Withdrawn => new OperationCanceledException(cancellationToken),
        LockReply.Failed failed => failed.Error,
        LockReply.OtherLimit other => new SemaphoreLimitException(Lock.Name, other.Asked, other.Stored, other.Holder),
        _ => new System.Diagnostics.UnreachableException(),
    };

    private async Task<LockReply> RequestAsync(LockTerms terms, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = Command(terms, timeout);
        cancellationToken.ThrowIfCancellationRequested();
        using var asked = LockAsk.Begin(System.Metrics, terms.Mode.Kind(), Lock.Name);
        var locks = System.Roots.Of<LocksCommand>();
        var reply = System.AskAsync<LockReply>(command with { Trace = asked.Span }, locks);

        // A cancellation is a message: the actor answers it, and sees to what is in etcd or on its way there.
        await using var cancellation = cancellationToken.UnsafeRegister(
            _ => System.Roots.Of<LocksCommand>().Tell(new LocksCommand.Cancel(Lock, command.Request), ActorRefs.NoSender), null).ConfigureAwait(false);
        return asked.Answered(await reply.ConfigureAwait(false));
    }
}

/// <summary>What the handles of all locks have in common: a claim, and how it is given back.</summary>
internal sealed class HeldLock
{
    private readonly CoordinationSystem _system;
    private readonly LockName _lock;
    private readonly string _what;
    private readonly GiveBack _release;

    public HeldLock(LockRequests requests, LockReply.Acquired acquired, string what)
    {
        _system = requests.System;
        _lock = requests.Lock;
        _what = what;
        Claim = acquired.Claim;
        _release = new GiveBack(_system.Options, SendReleaseAsync, OnForgotten);
    }

    public LockClaim Claim { get; }

    public Task ReleaseAsync(CancellationToken cancellationToken)
    {
        Claim.End(LossReason.Released);
        return _release.SendAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _release.DisposeAsync(ReleaseAsync(CancellationToken.None));

    private void OnForgotten()
    {
        if (Claim.IsHeld)
        {
            _system.Log.HandleForgotten($"{_what} {Claim.Key}", Claim.Token.Value, Claim.Lease);
        }
    }

    private async Task<CoordinationException?> SendReleaseAsync()
    {
        using var span = CoordinationTrace.Begin(CoordinationTrace.LockRelease, _system.Options.Name, MetricTags.Lock, _lock.Name)?.SetTag(MetricTags.Token, Claim.Token.Value);
        var reply = await _system.AskAsync<LockReply>(new LocksCommand.Release(_lock, Claim.Request) { Trace = span }, Claim.Keeper).ConfigureAwait(false);
        return (reply as LockReply.Failed)?.Error;
    }
}
