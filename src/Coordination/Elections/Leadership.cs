using Coordination.Diagnostics;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <summary>A term of a candidate of this system. What it says is in <see cref="ILeadership"/>.</summary>
internal sealed class Leadership : ILeadership
{
    private readonly CoordinationSystem _system;
    private readonly LeadershipClaim _claim;
    private readonly GiveBack _resignation;

    public Leadership(CoordinationSystem system, LeadershipClaim claim)
    {
        _system = system;
        _claim = claim;
        _resignation = new GiveBack(system.Options, SendResignationAsync, OnForgotten);
    }

    public string Election => _claim.Election;

    public Bytes Key => _claim.Key;

    public long Term => _claim.Term.Value;

    public LeaseId Lease => _claim.Lease;

    public Bytes Value => _claim.Value;

    public bool IsLeader => _claim.IsHeld;

    public TimeSpan ValidFor => _claim.ValidFor;

    public CancellationToken Lost => _claim.Lost;

    public LossReason? LossReason => _claim.Reason;

    public CancellationToken StepDownRequested => _claim.StepDownRequested;

    public EtcdCompare Guard => EtcdCompare.CreateRevision(Key, CompareResult.Equal, _claim.Term);

    public async Task<long> ProclaimAsync(Bytes value, CancellationToken cancellationToken = default)
    {
        if (!IsLeader)
        {
            throw new CoordinationException(CoordinationErrorKind.Lost, $"The leadership of '{Election}' in term {Term} is over ({LossReason}).");
        }

        using var span = Begin(CoordinationTrace.ElectionProclaim);
        var reply = await _system.AskAsync<ElectionReply>(new ElectionsCommand.Proclaim(_claim.Candidacy, value) { Trace = span }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return reply is ElectionReply.Proclaimed proclaimed ? proclaimed.Revision.Value : throw DistributedElection.Failure(reply, cancellationToken);
    }

    public async Task<TransferOutcome> TransferAsync(string candidate, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(candidate);
        using var span = Begin(CoordinationTrace.ElectionTransfer);
        var reply = await _system.AskAsync<ElectionReply>(new ElectionsCommand.Transfer(_claim.Candidacy, candidate) { Trace = span }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return reply is ElectionReply.Transfer transfer ? transfer.Outcome : throw DistributedElection.Failure(reply, cancellationToken);
    }

    public Task ResignAsync(CancellationToken cancellationToken = default)
    {
        _claim.End(Coordination.LossReason.Released, isNews: false);
        return _resignation.SendAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _resignation.DisposeAsync(ResignAsync(CancellationToken.None));

    private System.Diagnostics.Activity? Begin(string span) =>
        CoordinationTrace.Begin(span, _system.Options.Name, MetricTags.Election, Election)?.SetTag(MetricTags.Term, Term);

    private void OnForgotten()
    {
        if (IsLeader)
        {
            _system.Log.HandleForgotten($"Leadership {Key}", Term, Lease);
        }
    }

    private async Task<CoordinationException?> SendResignationAsync()
    {
        using var span = Begin(CoordinationTrace.ElectionResign);
        var reply = await _system.AskAsync<ElectionReply>(new ElectionsCommand.Resign(_claim.Candidacy) { Trace = span }).ConfigureAwait(false);
        return (reply as ElectionReply.Failed)?.Error;
    }
}
