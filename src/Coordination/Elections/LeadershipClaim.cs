using Coordination.Etcd;
using Coordination.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Elections;

/// <summary>
/// One term of ours: what the CandidateActor writes and the holder reads. Thread-safe. It is good as long as the lease is and nothing happened to
/// the key.
/// </summary>
internal sealed class LeadershipClaim(
    string election, CandidacyId candidacy, Bytes key, Bytes value, Revision term, LeaseValidity lease, ILogger? log = null)
{
    private const int StillLeading = -1;

    private readonly ILogger _log = log ?? NullLogger.Instance;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stepDown = new();
    private CancellationTokenSource? _lost;
    private CancellationTokenRegistration _leaseLost;
    private bool _isLossNews = true;
    private int _ended = StillLeading;
    private Bytes _value = value;

    public string Election => election;

    public CandidacyId Candidacy => candidacy;

    /// <summary>Called once when it is over, with the reason when it is a loss. It must only count.</summary>
    public Action<LossReason?>? WhenOver { get; init; }

    public Bytes Key => key;

    public Revision Term => term;

    public LeaseId Lease => lease.Id;

    /// <summary>What is proclaimed.</summary>
    public Bytes Value
    {
        get
        {
            lock (_lock)
            {
                return _value;
            }
        }

        set
        {
            lock (_lock)
            {
                _value = value;
            }
        }
    }

    public bool IsLeader => ValidFor > TimeSpan.Zero;

    public TimeSpan ValidFor => Volatile.Read(ref _ended) == StillLeading ? lease.ValidFor : TimeSpan.Zero;

    /// <summary>Why it is over; null while it is not.</summary>
    public LossReason? Reason => Volatile.Read(ref _ended) is var ended and not StillLeading ? (LossReason)ended : lease.Reason;

    /// <summary>Cancelled when the leader is asked to hand over.</summary>
    public CancellationToken StepDownRequested => _stepDown.Token;

    /// <summary>Cancelled when the term is over otherwise than by its holder's doing.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (_lock)
            {
                if (_lost is null)
                {
                    _lost = new CancellationTokenSource();
                    if (_ended == StillLeading && !lease.Lost.IsCancellationRequested)
                    {
                        _leaseLost = lease.Lost.UnsafeRegister(static claim => ((LeadershipClaim)claim!).TellLost(), this);
                    }
                    else if (_isLossNews)
                    {
                        _lost.Cancel();
                    }
                }

                return _lost.Token;
            }
        }
    }

    /// <summary>Asks the holder to hand over. Idempotent.</summary>
    public void AskToStepDown() => LossNews.Tell(_stepDown, $"leadership of {election}: the request to step down", _log);

    /// <summary>Ends the claim. Idempotent; the first reason stays. False when it had ended before.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="isNews">Whether the holder is to be told.</param>
    public bool End(LossReason reason, bool isNews)
    {
        CancellationTokenSource? lost;
        lock (_lock)
        {
            if (_ended != StillLeading)
            {
                return false;
            }

            // A lease that ran out first is the true reason.
            var ran = lease.Reason;
            _isLossNews = isNews || ran is not null;
            Volatile.Write(ref _ended, (int)(ran ?? reason));
            lost = _lost;
        }

        WhenOver?.Invoke(_isLossNews ? Reason : null);

        _leaseLost.Unregister();
        if (lost is not null && _isLossNews)
        {
            TellLost();
        }

        return true;
    }

    // Callbacks of users are not run here: the other claims of the lease wait for their turn to hear of it.
    private void TellLost() => LossNews.Tell(_lost!, $"leadership of {election}", _log);
}
