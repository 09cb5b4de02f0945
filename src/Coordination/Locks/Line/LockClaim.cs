using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Locks.Line;

/// <summary>
/// One acquisition of a lock: what the LockActor writes and the holder reads. Thread-safe. It is good as long as the lease is and nothing happened
/// to the key.
/// </summary>
internal sealed class LockClaim
{
    private const int StillHeld = -1;

    private readonly LeaseValidity _lease;
    private readonly LeaseValidity? _limit;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _lost;
    private Action? _whenOver;
    private CancellationTokenRegistration _leaseLost;
    private CancellationTokenRegistration _limitReached;
    private int _ended = StillHeld;

    /// <param name="key">The key.</param>
    /// <param name="request">The request that holds.</param>
    /// <param name="token">The token.</param>
    /// <param name="lease">What it lives on.</param>
    /// <param name="log">Where callbacks that fail are noted.</param>
    /// <param name="limit">What ends it before the lease does; null: nothing.</param>
    public LockClaim(Bytes key, LockRequestId request, Revision token, LeaseValidity lease, ILogger? log = null, LeaseValidity? limit = null)
    {
        _log = log ?? NullLogger.Instance;
        Key = key;
        Request = request;
        Token = token;
        _lease = lease;
        _limit = limit;
    }

    public Bytes Key { get; }

    public LockRequestId Request { get; }

    public Revision Token { get; }

    /// <summary>The actor that keeps it: it is told of the release without a detour. Should it have failed, the message finds its way as a dead letter.</summary>
    public IActorRef? Keeper { get; init; }

    /// <summary>The holder's name when it is not the system's.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether something ends it before the lease does.</summary>
    public bool HasLimit => _limit is not null;

    /// <summary>How it is measured.</summary>
    public LockHold Measured { get; init; }

    public LeaseId Lease => _lease.Id;

    public bool IsHeld => ValidFor > TimeSpan.Zero;

    public TimeSpan ValidFor => Volatile.Read(ref _ended) == StillHeld ? Earlier(_lease.ValidFor, _limit?.ValidFor) : TimeSpan.Zero;

    /// <summary>Why it is not held any more; null while it is.</summary>
    public LossReason? Reason => Volatile.Read(ref _ended) is var ended and not StillHeld ? (LossReason)ended : Ended;

    /// <summary>Cancelled when the claim is lost; not when it was released. Made when first asked for: most holders never ask.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (_lock)
            {
                if (_lost is null)
                {
                    _lost = new CancellationTokenSource();
                    if (_ended == StillHeld && !_lease.Lost.IsCancellationRequested && _limit is not { Lost.IsCancellationRequested: true })
                    {
                        _leaseLost = _lease.Lost.UnsafeRegister(static claim => ((LockClaim)claim!).TellLost(), this);
                        _limitReached = _limit?.Lost.UnsafeRegister(static claim => ((LockClaim)claim!).TellLost(), this) ?? default;
                    }
                    else if (_ended != (int)LossReason.Released)
                    {
                        _lost.Cancel();
                    }
                }

                return _lost.Token;
            }
        }
    }

    /// <summary>
    /// Calls back when the claim is lost or released, at least once, on whatever thread that happens: it must only hand over. What ends the claim by <see cref="End"/>
    /// has called back when it returns.
    /// </summary>
    public void WhenOver(Action call)
    {
        bool isOver;
        lock (_lock)
        {
            isOver = _ended != StillHeld;
            _whenOver += call;
        }

        if (isOver)
        {
            call();
        }

        Lost.UnsafeRegister(static told => ((Action)told!)(), call);
    }

    private LossReason? Ended => _lease.Reason ?? (_limit?.Reason is null ? null : LossReason.HoldLimit);

    /// <summary>Ends the claim. Idempotent; the first reason stays. False when it had ended before.</summary>
    public bool End(LossReason reason)
    {
        CancellationTokenSource? lost;
        Action? whenOver;
        LossReason ended;
        lock (_lock)
        {
            if (_ended != StillHeld)
            {
                return false;
            }

            // A lease that ran out first is the true reason.
            ended = Ended ?? reason;
            Volatile.Write(ref _ended, (int)ended);
            lost = _lost;
            whenOver = _whenOver;
        }

        Measured.End(ended);
        whenOver?.Invoke();
        _leaseLost.Unregister();
        _limitReached.Unregister();
        _limit?.Retire();
        if (lost is not null && ended != LossReason.Released)
        {
            TellLost();
        }

        return true;
    }

    // Callbacks of users are not run here: the other claims of the lease wait for their turn to hear of it.
    private void TellLost() => LossNews.Tell(_lost!, $"lock {Key}", _log);

    private static TimeSpan Earlier(TimeSpan a, TimeSpan? b) => b < a ? b.Value : a;
}
