using Coordination.Etcd;
using Coordination.Leases;
using Microsoft.Extensions.Logging;

namespace Coordination.Elections;

/// <summary>One term of ours: what the CandidateActor writes and the holder reads.</summary>
internal sealed class LeadershipClaim(string election, CandidacyId candidacy, Bytes key, Bytes value, Revision term, LeaseValidity lease, ILogger? log = null)
    : LeaseClaim(lease, limit: null, log)
{
    private readonly CancellationTokenSource _stepDown = new();
    private Bytes _value = value;

    public string Election => election;

    public CandidacyId Candidacy => candidacy;

    /// <summary>Called once when it is over, with the reason when it is a loss. It must only count.</summary>
    public Action<LossReason?>? WhenOver { get; init; }

    public Bytes Key => key;

    public Revision Term => term;

    /// <summary>What is proclaimed.</summary>
    public Bytes Value
    {
        get
        {
            lock (Sync)
            {
                return _value;
            }
        }

        set
        {
            lock (Sync)
            {
                _value = value;
            }
        }
    }

    /// <summary>Cancelled when the leader is asked to hand over.</summary>
    public CancellationToken StepDownRequested => _stepDown.Token;

    protected override string What => $"leadership of {election}";

    /// <summary>Asks the holder to hand over. Idempotent.</summary>
    public void AskToStepDown() => LossNews.Tell(_stepDown, $"leadership of {election}: the request to step down", Log);

    protected override void OnEnded(LossReason reason, bool isNews) => WhenOver?.Invoke(isNews ? reason : null);
}
