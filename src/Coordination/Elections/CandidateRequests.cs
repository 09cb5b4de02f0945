using System.Collections.Immutable;
using System.Diagnostics;
using Coordination.Etcd;
using Coordination.Journal;

namespace Coordination.Elections;

/// <summary>The requests of a candidacy to etcd, and what their replies say. What writes goes through the journal of its session.</summary>
/// <param name="etcd">The client.</param>
/// <param name="keys">Of the election.</param>
/// <param name="card">Of the candidate.</param>
/// <param name="onStray">Told of each key under the election's name that is no candidate, as often as it is met.</param>
internal sealed class CandidateRequests(IEtcdClient etcd, ElectionKeys keys, CandidateCard card, Action<Bytes>? onStray = null)
{
    /// <summary>Most often one key is all there is to read; what is no candidate is passed over by reading so many times more.</summary>
    private const int MoreKeys = 64;

    private static readonly EtcdException Malformed = new(
        CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "etcd's reply is not one to this request");

    private static readonly EtcdException NotMade = new(
        CoordinationErrorKind.Timeout, WriteOutcome.NotApplied, "etcd did not answer, and the request was not made");

    public ElectionKeys Keys => keys;

    /// <summary>Makes a request that only reads.</summary>
    public async Task<CandidateMessage> ReadAsync(CandidateEffect.Call request) => request switch
    {
        CandidateEffect.SendLook e => await LookAsync(e).ConfigureAwait(false),
        CandidateEffect.SendReadLine e => new CandidateMessage.LineRead(e.Round, await ReadLineAsync().ConfigureAwait(false)),
        _ => throw new UnreachableException(),
    };

    /// <summary>What is written for a request; null: it only reads.</summary>
    public Write? WriteOf(CandidateEffect.Call request, IActorRef writer)
    {
        return request switch
        {
            CandidateEffect.SendEnter e => Write(Enter(e), 1, keys.Candidate(e.Lease), keys.Card(e.Lease)),
            CandidateEffect.SendProclaim e => Write(Proclaim(e), 1, keys.Candidate(e.Lease)),
            CandidateEffect.SendRemove e => Write(Remove(e), 1, keys.Candidate(e.Lease), keys.Card(e.Lease)),
            CandidateEffect.SendHandOver e => Write(
                HandOver(e),
                1 + e.Plan.StepBack.Length,
                [keys.Candidate(e.Lease), .. e.Plan.StepBack.Select(c => c.Key), keys.Card(e.Lease), keys.Wish]),
            CandidateEffect.ForgetWish e => Write(ForgetWish(e), 1, keys.Wish),
            _ => null,
        };

        // The first of the keys are looked at when the reply is lost.
        Write Write(EtcdOp.Txn txn, int looked, params ImmutableArray<Bytes> written) =>
            new(writer, written, txn, [.. written.Take(looked).Select(key => new EtcdOp.Get(key))]) { Tag = request };
    }

    /// <summary>What etcd's answer to a write says.</summary>
    public CandidateMessage Answered(CandidateEffect.Call request, TxnResult result) => request switch
    {
        CandidateEffect.SendEnter e => Entered(e, result),
        CandidateEffect.SendProclaim e => result.Succeeded
            ? new CandidateMessage.Proclaimed(e.Proclamation, result.Header.Revision)
            : new CandidateMessage.ProclaimMet(e.Proclamation, (result.Results.FirstOrDefault() as GetResult)?.First),

        // When the guard fails the key is not ours any more, which is what was wanted.
        CandidateEffect.SendRemove e => new CandidateMessage.Removed(e.Round),
        CandidateEffect.SendHandOver e => new CandidateMessage.HandedOver(e.Round, result.Succeeded),
        _ => new CandidateMessage.WishForgotten(),
    };

    /// <summary>What the keys say about a write whose reply was lost.</summary>
    public static CandidateMessage Settled(CandidateEffect.Call request, TxnResult shown)
    {
        var found = shown.Results.OfType<GetResult>().Select(get => get.First).OfType<KeyValue>().ToList();
        return request switch
        {
            CandidateEffect.SendEnter e when found is [var own] => new CandidateMessage.EnterMet(e.Round, own),
            CandidateEffect.SendProclaim e when found is not [var own] || own.ModRevision != e.At =>
                new CandidateMessage.ProclaimMet(e.Proclamation, found.FirstOrDefault()),
            CandidateEffect.SendRemove e when !found.Exists(own => own.CreateRevision == e.Created) => new CandidateMessage.Removed(e.Round),
            CandidateEffect.SendHandOver e => new CandidateMessage.HandedOver(
                e.Round,
                !found.Exists(kv => kv.CreateRevision == e.Term || e.Plan.StepBack.Any(c => c.Key == kv.Key && c.Created == kv.CreateRevision))),
            CandidateEffect.ForgetWish => new CandidateMessage.WishForgotten(),
            _ => new CandidateMessage.Failed(request, NotMade),
        };
    }

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

    private EtcdOp.Txn Enter(CandidateEffect.SendEnter e) => new()
    {
        If = [EtcdCompare.NotExists(keys.Candidate(e.Lease))],
        Then =
        [
            new EtcdOp.Put(keys.Candidate(e.Lease), e.Value) { Lease = e.Lease },
            new EtcdOp.Put(keys.Card(e.Lease), card.Encode()) { Lease = e.Lease },
            new EtcdOp.Get(keys.Candidates) { OrderBy = EtcdOp.SortTarget.CreateRevision, Order = EtcdOp.SortOrder.Descending, Limit = 2, KeysOnly = true },
        ],
        Else = [new EtcdOp.Get(keys.Candidate(e.Lease))],
    };

    private CandidateMessage Entered(CandidateEffect.SendEnter e, TxnResult result) => result switch
    {
        // The youngest of the line is the one just created. When what stands before it is no candidate, it has to be looked past that.
        { Succeeded: true, Results: [_, _, GetResult { KeyValues: [var own, ..] } line] } when own.Key == keys.Candidate(e.Lease) =>
            line.KeyValues.ElementAtOrDefault(1) is { } before && !keys.IsCandidate(before)
                ? new CandidateMessage.EnterMet(e.Round, own with { Value = e.Value })
                : new CandidateMessage.Entered(e.Round, own.CreateRevision, line.KeyValues.ElementAtOrDefault(1), default),
        { Succeeded: false, Results: [GetResult { First: { } current }] } => new CandidateMessage.EnterMet(e.Round, current),
        _ => new CandidateMessage.Failed(e, Malformed),
    };

    private EtcdOp.Txn Proclaim(CandidateEffect.SendProclaim e) => new()
    {
        If =
        [
            EtcdCompare.CreateRevision(keys.Candidate(e.Lease), CompareResult.Equal, e.Term),
            EtcdCompare.Unchanged(keys.Candidate(e.Lease), e.At),
        ],
        Then = [new EtcdOp.Put(keys.Candidate(e.Lease), e.Value) { Lease = e.Lease }],
        Else = [new EtcdOp.Get(keys.Candidate(e.Lease))],
    };

    private EtcdOp.Txn Remove(CandidateEffect.SendRemove e) => new()
    {
        If = [EtcdCompare.CreateRevision(keys.Candidate(e.Lease), CompareResult.Equal, e.Created)],
        Then = [new EtcdOp.Delete(keys.Candidate(e.Lease)), new EtcdOp.Delete(keys.Card(e.Lease))],
    };

    private EtcdOp.Txn HandOver(CandidateEffect.SendHandOver e) => new()
    {
        If =
        [
            EtcdCompare.CreateRevision(keys.Candidate(e.Lease), CompareResult.Equal, e.Term),
            EtcdCompare.CreateRevision(e.Plan.Target.Key, CompareResult.Equal, e.Plan.Target.Created),
            .. e.Plan.StepBack.Select(c => EtcdCompare.CreateRevision(c.Key, CompareResult.Equal, c.Created)),
        ],
        Then =
        [
            new EtcdOp.Delete(keys.Candidate(e.Lease)),
            new EtcdOp.Delete(keys.Card(e.Lease)),
            new EtcdOp.Delete(keys.Wish),
            .. e.Plan.StepBack.Select(c => (EtcdOp)new EtcdOp.Delete(c.Key)),
        ],
    };

    private EtcdOp.Txn ForgetWish(CandidateEffect.ForgetWish e) => new()
    {
        If = [EtcdCompare.Unchanged(keys.Wish, e.At)],
        Then = [new EtcdOp.Delete(keys.Wish)],
    };
}
