using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>The requests of a candidacy to etcd, and what their replies say.</summary>
/// <param name="etcd">The client.</param>
/// <param name="keys">Of the election.</param>
/// <param name="card">Of the candidate.</param>
/// <param name="onStray">Told of each key under the election's name that is no candidate, as often as it is met.</param>
internal sealed class CandidateRequests(IEtcdClient etcd, ElectionKeys keys, CandidateCard card, Action<Bytes>? onStray = null)
{
    /// <summary>Most often one key is all there is to read; what is no candidate is passed over by reading so many times more.</summary>
    private const int MoreKeys = 64;

    private static readonly EtcdException Malformed = new(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "etcd's reply is not one to this request");

    public ElectionKeys Keys => keys;

    public async Task<CandidateMessage> SendAsync(CandidateEffect.Call request) => request switch
    {
        CandidateEffect.SendEnter e => await EnterAsync(e).ConfigureAwait(false),
        CandidateEffect.SendLook e => await LookAsync(e).ConfigureAwait(false),
        CandidateEffect.SendProclaim e => await ProclaimAsync(e).ConfigureAwait(false),
        CandidateEffect.SendRemove e => await RemoveAsync(e).ConfigureAwait(false),
        CandidateEffect.SendReadLine e => new CandidateMessage.LineRead(e.Round, await ReadLineAsync().ConfigureAwait(false)),
        CandidateEffect.SendHandOver e => await HandOverAsync(e).ConfigureAwait(false),
        CandidateEffect.ForgetWish e => await ForgetWishAsync(e).ConfigureAwait(false),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static CandidateMessage Failed(CandidateEffect.Call request, EtcdException error) => request switch
    {
        CandidateEffect.SendEnter e => new CandidateMessage.EnterFailed(e.Round, error),
        CandidateEffect.SendLook e => new CandidateMessage.LookFailed(e.Round, error),
        CandidateEffect.SendProclaim e => new CandidateMessage.ProclaimFailed(e.Proclamation, error),
        CandidateEffect.SendRemove e => new CandidateMessage.RemoveFailed(e.Round, error),
        CandidateEffect.SendReadLine e => new CandidateMessage.LineReadFailed(e.Round, error),
        CandidateEffect.SendHandOver e => new CandidateMessage.HandOverFailed(e.Round, error),

        // A wish that stays is fulfilled once more by the next leader, or goes with the lease of who had it.
        _ => new CandidateMessage.WishForgotten(),
    };

    /// <summary>All candidates and their cards at one revision.</summary>
    public async Task<CandidateLine> ReadLineAsync(CancellationToken cancellationToken = default)
    {
        var read = await etcd.TxnAsync(
            new EtcdOp.Txn
            {
                Then =
                [
                    new EtcdOp.Get(keys.Candidates) { OrderBy = EtcdOp.SortTarget.CreateRevision, Order = EtcdOp.SortOrder.Ascending },
                    new EtcdOp.Get(keys.Side),
                ],
            },
            cancellationToken).ConfigureAwait(false);
        return read.Results is [GetResult line, GetResult side] ? CandidateLine.Of(keys, line.KeyValues, CandidateFacts.Cards(side.KeyValues, keys)) : throw Malformed;
    }

    private async Task<CandidateMessage> EnterAsync(CandidateEffect.SendEnter e)
    {
        var key = keys.Candidate(e.Lease);
        var result = await etcd.TxnAsync(new EtcdOp.Txn
        {
            If = [EtcdCompare.NotExists(key)],
            Then =
            [
                new EtcdOp.Put(key, e.Value) { Lease = e.Lease },
                new EtcdOp.Put(keys.Card(e.Lease), card.Encode()) { Lease = e.Lease },
                new EtcdOp.Get(keys.Candidates) { OrderBy = EtcdOp.SortTarget.CreateRevision, Order = EtcdOp.SortOrder.Descending, Limit = 2, KeysOnly = true },
            ],
            Else = [new EtcdOp.Get(key)],
        }).ConfigureAwait(false);
        return result switch
        {
            // The youngest of the line is the one just created. When what stands before it is no candidate, it has to be looked past that.
            { Succeeded: true, Results: [_, _, GetResult { KeyValues: [var own, ..] } line] } when own.Key == key =>
                line.KeyValues.ElementAtOrDefault(1) is { } before && !keys.IsCandidate(before)
                    ? new CandidateMessage.EnterMet(e.Round, own with { Value = e.Value })
                    : new CandidateMessage.Entered(e.Round, own.CreateRevision, line.KeyValues.ElementAtOrDefault(1), default),
            { Succeeded: false, Results: [GetResult { First: { } current }] } => new CandidateMessage.EnterMet(e.Round, current),
            _ => throw Malformed,
        };
    }

    private async Task<CandidateMessage> LookAsync(CandidateEffect.SendLook e)
    {
        var key = keys.Candidate(e.Lease);
        for (var limit = 1; ; limit *= MoreKeys)
        {
            var result = await etcd.TxnAsync(new EtcdOp.Txn
            {
                If = [EtcdCompare.CreateRevision(key, CompareResult.Equal, e.Created)],
                Then = [new EtcdOp.Get(key), LastBefore(e.Created, limit)],
            }).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                return new CandidateMessage.Looked(e.Round, null, null, result.Header.Revision, default);
            }

            if (result.Results is not [GetResult { First: { } own }, GetResult before])
            {
                throw Malformed;
            }

            var predecessor = before.KeyValues.FirstOrDefault(keys.IsCandidate);
            if (predecessor is not null || !before.More)
            {
                foreach (var stray in before.KeyValues.TakeWhile(kv => kv != predecessor))
                {
                    onStray?.Invoke(stray.Key);
                }

                return new CandidateMessage.Looked(e.Round, own, predecessor, result.Header.Revision, default);
            }
        }
    }

    /// <summary>The candidate that was created first.</summary>
    public async Task<ElectionLeader?> ReadLeaderAsync(CancellationToken cancellationToken)
    {
        for (var limit = 1; ; limit *= MoreKeys)
        {
            var read = await etcd.GetAsync(
                new EtcdOp.Get(keys.Candidates) { OrderBy = EtcdOp.SortTarget.CreateRevision, Order = EtcdOp.SortOrder.Ascending, Limit = limit },
                cancellationToken).ConfigureAwait(false);
            if (ObservationMachine.LeaderOf(read.KeyValues.Where(keys.IsCandidate)) is { } leader)
            {
                return leader;
            }

            if (!read.More)
            {
                return null;
            }
        }
    }

    private EtcdOp.Get LastBefore(Revision created, int limit) => new(keys.Candidates)
    {
        MaxCreateRevision = new Revision(created.Value - 1),
        OrderBy = EtcdOp.SortTarget.CreateRevision,
        Order = EtcdOp.SortOrder.Descending,
        Limit = limit,
        KeysOnly = true,
    };

    private async Task<CandidateMessage> ProclaimAsync(CandidateEffect.SendProclaim e)
    {
        var key = keys.Candidate(e.Lease);
        var result = await etcd.TxnAsync(new EtcdOp.Txn
        {
            If = [EtcdCompare.CreateRevision(key, CompareResult.Equal, e.Term), EtcdCompare.Unchanged(key, e.At)],
            Then = [new EtcdOp.Put(key, e.Value) { Lease = e.Lease }],
            Else = [new EtcdOp.Get(key)],
        }).ConfigureAwait(false);
        return result.Succeeded
            ? new CandidateMessage.Proclaimed(e.Proclamation, result.Header.Revision)
            : new CandidateMessage.ProclaimMet(e.Proclamation, (result.Results.FirstOrDefault() as GetResult)?.First);
    }

    private async Task<CandidateMessage> RemoveAsync(CandidateEffect.SendRemove e)
    {
        // When the guard fails the key is not ours any more, which is what was wanted.
        var key = keys.Candidate(e.Lease);
        await etcd.TxnAsync(new EtcdOp.Txn
        {
            If = [EtcdCompare.CreateRevision(key, CompareResult.Equal, e.Created)],
            Then = [new EtcdOp.Delete(key), new EtcdOp.Delete(keys.Card(e.Lease))],
        }).ConfigureAwait(false);
        return new CandidateMessage.Removed(e.Round);
    }

    private async Task<CandidateMessage> HandOverAsync(CandidateEffect.SendHandOver e)
    {
        var own = keys.Candidate(e.Lease);
        var result = await etcd.TxnAsync(new EtcdOp.Txn
        {
            If =
            [
                EtcdCompare.CreateRevision(own, CompareResult.Equal, e.Term),
                EtcdCompare.CreateRevision(e.Plan.Target.Key, CompareResult.Equal, e.Plan.Target.Created),
                .. e.Plan.StepBack.Select(c => EtcdCompare.CreateRevision(c.Key, CompareResult.Equal, c.Created)),
            ],
            Then =
            [
                new EtcdOp.Delete(own),
                new EtcdOp.Delete(keys.Card(e.Lease)),
                new EtcdOp.Delete(keys.Wish),
                .. e.Plan.StepBack.Select(c => (EtcdOp)new EtcdOp.Delete(c.Key)),
            ],
        }).ConfigureAwait(false);
        return new CandidateMessage.HandedOver(e.Round, result.Succeeded);
    }

    private async Task<CandidateMessage> ForgetWishAsync(CandidateEffect.ForgetWish e)
    {
        await etcd.TxnAsync(new EtcdOp.Txn { If = [EtcdCompare.Unchanged(keys.Wish, e.At)], Then = [new EtcdOp.Delete(keys.Wish)] }).ConfigureAwait(false);
        return new CandidateMessage.WishForgotten();
    }
}
