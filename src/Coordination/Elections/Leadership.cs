using Coordination.Diagnostics;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// One term as the leader of an election. Thread-safe. Disposing it resigns.
/// <para>
/// Having it is no proof of leading: a process can be paused for longer than its lease lives, at any point, also between a check and what follows it.
/// So what only the leader may change should check the <see cref="Term"/>, which only grows: data in etcd by the <see cref="Guard"/> in the same
/// transaction, other resources by refusing a term smaller than the largest they have seen.
/// </para>
/// </summary>
public sealed class Leadership : IAsyncDisposable
{
    private readonly CoordinationSystem _system;
    private readonly LeadershipClaim _claim;
    private readonly GiveBack _resignation;

    internal Leadership(CoordinationSystem system, LeadershipClaim claim)
    {
        _system = system;
        _claim = claim;
        _resignation = new GiveBack(system.Options, SendResignationAsync, OnForgotten);
    }

    /// <summary>The name of the election.</summary>
    public string Election => _claim.Election;

    /// <summary>The key of this candidacy in etcd.</summary>
    public Bytes Key => _claim.Key;

    /// <summary>The term: the create revision of the key. Strictly larger than the term of every leader before. It can be used as a fencing token.</summary>
    public long Term => _claim.Term.Value;

    /// <summary>The lease that the key lives on; it belongs to this candidacy alone.</summary>
    public LeaseId Lease => _claim.Lease;

    /// <summary>What is proclaimed, as far as this process knows.</summary>
    public Bytes Value => _claim.Value;

    /// <summary>Whether this process may act as the leader now. Answered by the clock, so it is right even when no timer could fire. Once false, always false.</summary>
    public bool IsLeader => _claim.IsLeader;

    /// <summary>How long the claim is good without another renewal of the lease; zero when it is over.</summary>
    public TimeSpan ValidFor => _claim.ValidFor;

    /// <summary>
    /// Cancelled when the leadership is lost; not when it was resigned or transferred. When the lease ran out this is before anybody else can lead, unless
    /// this process is paused: then it is as soon as it runs again, and <see cref="IsLeader"/> and the term tell at once. When somebody deletes or
    /// overwrites the key it is as soon as the watch shows it. Callbacks run on a thread of their own.
    /// </summary>
    public CancellationToken Lost => _claim.Lost;

    /// <summary>Why the leadership is over; null while it is not.</summary>
    public LossReason? LossReason => _claim.Reason;

    /// <summary>
    /// Cancelled when this leader is asked to hand over: a preferred candidate waits, somebody asked for a transfer, or the system is being stopped while
    /// it runs work that steps down by itself. Nothing happens by itself: finish what is under way, then <see cref="ResignAsync"/>, which puts the right candidate first.
    /// Callbacks run on a thread of their own.
    /// </summary>
    public CancellationToken StepDownRequested => _claim.StepDownRequested;

    /// <summary>The condition for a transaction of the user's: it holds exactly as long as this candidacy is in the line, which it leads.</summary>
    public EtcdCompare Guard => EtcdCompare.CreateRevision(Key, CompareResult.Equal, _claim.Term);

    /// <summary>
    /// Changes what is proclaimed. Guarded: it changes only this term's key, and only if nobody else did. While etcd is away it goes on trying.
    /// Proclamations are made one after the other.
    /// </summary>
    /// <param name="value">The value that observers see.</param>
    /// <param name="cancellationToken">Stops waiting, not the proclamation.</param>
    /// <returns>The revision of the change.</returns>
    /// <exception cref="CoordinationException">The leadership is over (Lost), or etcd refused the value.</exception>
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

    /// <summary>
    /// Gives the leadership to the candidate of that name, in one transaction: this leader's key goes, and those of this library's candidates who
    /// stand before the target step back and enter again behind. Stop what only the leader does before calling it.
    /// </summary>
    /// <param name="candidate">The <see cref="CampaignOptions.Name"/> of the target; of several the first in line.</param>
    /// <param name="cancellationToken">Stops waiting, not the transfer.</param>
    /// <exception cref="CoordinationException">The leadership is over (Lost), or the line could not be read; in that case it goes on.</exception>
    public async Task<TransferOutcome> TransferAsync(string candidate, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(candidate);
        using var span = Begin(CoordinationTrace.ElectionTransfer);
        var reply = await _system.AskAsync<ElectionReply>(new ElectionsCommand.Transfer(_claim.Candidacy, candidate) { Trace = span }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return reply is ElectionReply.Transfer transfer ? transfer.Outcome : throw DistributedElection.Failure(reply, cancellationToken);
    }

    /// <summary>
    /// Gives the leadership back. Idempotent; after a loss it does nothing. <see cref="IsLeader"/> is false from the call on. It deletes only this term's
    /// key. If a candidate of this library is preferred (by priority, or because somebody asked for a transfer), it is put first as by
    /// <see cref="TransferAsync"/>; candidates of other programs before it lead first.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting, not the resignation.</param>
    public Task ResignAsync(CancellationToken cancellationToken = default)
    {
        _claim.End(Coordination.LossReason.Released, isNews: false);
        return _resignation.SendAsync(cancellationToken);
    }

    /// <summary>Resigns. Waits at most <see cref="CoordinationOptions.StopTimeout"/>, while the resignation goes on; does not throw.</summary>
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
