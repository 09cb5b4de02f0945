using Coordination.Etcd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Leases;

/// <summary>
/// Something that is held on a lease: an actor writes it, its holder reads it. Thread-safe. It is good as long as the lease is (and the limit, if there is one), and
/// nothing happened to the key.
/// </summary>
internal abstract class LeaseClaim(LeaseValidity lease, LeaseValidity? limit, ILogger? log)
{
    private const int StillHeld = -1;

    private CancellationTokenSource? _lost;
    private CancellationTokenRegistration _leaseLost;
    private CancellationTokenRegistration _limitReached;
    private bool _isNews = true;
    private int _ended = StillHeld;

    public LeaseId Lease => lease.Id;

    /// <summary>Whether something ends it before the lease does.</summary>
    public bool HasLimit => limit is not null;

    public bool IsHeld => ValidFor > TimeSpan.Zero;

    public TimeSpan ValidFor => Volatile.Read(ref _ended) == StillHeld ? Earlier(lease.ValidFor, limit?.ValidFor) : TimeSpan.Zero;

    /// <summary>Why it is not held any more; null while it is.</summary>
    public LossReason? Reason => Volatile.Read(ref _ended) is var ended and not StillHeld ? (LossReason)ended : RanOut;

    /// <summary>Cancelled when it is lost; not when its holder gave it back. Made when first asked for: most holders never ask.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (Sync)
            {
                if (_lost is null)
                {
                    _lost = new CancellationTokenSource();
                    if (_ended == StillHeld && !lease.Lost.IsCancellationRequested && limit is not { Lost.IsCancellationRequested: true })
                    {
                        _leaseLost = lease.Lost.UnsafeRegister(static claim => ((LeaseClaim)claim!).TellLost(), this);
                        _limitReached = limit?.Lost.UnsafeRegister(static claim => ((LeaseClaim)claim!).TellLost(), this) ?? default;
                    }
                    else if (_isNews)
                    {
                        _lost.Cancel();
                    }
                }

                return _lost.Token;
            }
        }
    }

    /// <summary>For the log.</summary>
    protected abstract string What { get; }

    protected Lock Sync { get; } = new();

    protected ILogger Log { get; } = log ?? NullLogger.Instance;

    protected bool IsEnded => Volatile.Read(ref _ended) != StillHeld;

    private LossReason? RanOut => lease.Reason ?? (limit?.Reason is null ? null : LossReason.HoldLimit);

    /// <summary>Ends it. Idempotent; the first reason stays. False when it had ended before.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="isNews">Whether the holder is to be told.</param>
    public bool End(LossReason reason, bool isNews)
    {
        CancellationTokenSource? lost;
        LossReason ended;
        lock (Sync)
        {
            if (_ended != StillHeld)
            {
                return false;
            }

            // A lease that ran out first is the true reason.
            var ranOut = RanOut;
            ended = ranOut ?? reason;
            _isNews = isNews || ranOut is not null;
            Volatile.Write(ref _ended, (int)ended);
            lost = _lost;
        }

        OnEnded(ended, _isNews);
        _leaseLost.Unregister();
        _limitReached.Unregister();
        limit?.Retire();
        if (lost is not null && _isNews)
        {
            TellLost();
        }

        return true;
    }

    /// <summary>Called once, before the holder is told.</summary>
    protected abstract void OnEnded(LossReason reason, bool isNews);

    // Callbacks of users are not run here: the other claims of the lease wait for their turn to hear of it.
    private void TellLost() => LossNews.Tell(_lost!, What, Log);

    private static TimeSpan Earlier(TimeSpan a, TimeSpan? b) => b < a ? b.Value : a;
}
