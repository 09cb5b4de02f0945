using Coordination.Etcd;
using Coordination.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Locks;

/// <summary>
/// One acquisition of a lock: what the LockActor writes and the holder reads. Thread-safe. It is good as long as the lease is and nothing happened
/// to the key.
/// </summary>
internal sealed class LockClaim
{
    private const int StillHeld = -1;

    private readonly LeaseValidity _lease;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _lost;
    private CancellationTokenRegistration _leaseLost;
    private int _ended = StillHeld;

    public LockClaim(Bytes key, LockRequestId request, Revision token, LeaseValidity lease, ILogger? log = null)
    {
        _log = log ?? NullLogger.Instance;
        Key = key;
        Request = request;
        Token = token;
        _lease = lease;
    }

    public Bytes Key { get; }

    public LockRequestId Request { get; }

    public Revision Token { get; }

    public LeaseId Lease => _lease.Id;

    public bool IsHeld => ValidFor > TimeSpan.Zero;

    public TimeSpan ValidFor => Volatile.Read(ref _ended) == StillHeld ? _lease.ValidFor : TimeSpan.Zero;

    /// <summary>Why it is not held any more; null while it is.</summary>
    public LossReason? Reason => Volatile.Read(ref _ended) is var ended and not StillHeld ? (LossReason)ended : _lease.Reason;

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
                    if (_ended == StillHeld)
                    {
                        _leaseLost = _lease.Lost.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _lost);
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

    /// <summary>Ends the claim. Idempotent; the first reason stays. False when it had ended before.</summary>
    public bool End(LossReason reason)
    {
        CancellationTokenSource? lost;
        LossReason ended;
        lock (_lock)
        {
            if (_ended != StillHeld)
            {
                return false;
            }

            // A lease that ran out first is the true reason.
            ended = _lease.Reason ?? reason;
            Volatile.Write(ref _ended, (int)ended);
            lost = _lost;
        }

        _leaseLost.Unregister();
        if (lost is not null && ended != LossReason.Released)
        {
            LossNews.Tell(lost, $"lock {Key}", _log);
        }

        return true;
    }
}
