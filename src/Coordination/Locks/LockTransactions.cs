using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Locks;

/// <summary>What a lock asks of etcd: the transactions over its key and its line, and what their results mean.</summary>
internal sealed class LockTransactions(Bytes key, LockLine line)
{
    public EtcdOp.Txn Attempt(LockEffect.SendAttempt e, Bytes value)
    {
        var put = new EtcdOp.Put(key, value) { Lease = e.Lease };
        return new EtcdOp.Txn
        {
            If = e.InTurn
                ? [EtcdCompare.NotExists(key), Nobody(line.Before(e.Place, e.Lease))]
                : [EtcdCompare.NotExists(key)],
            Then = e.Ticket is { } ticket ? [put, new EtcdOp.Delete(line.KeyOf(ticket.Place, ticket.Lease))] : [put],
            Else = e.InTurn ? [new EtcdOp.Get(key), Last] : [new EtcdOp.Get(key)],
        };
    }

    public static LockMessage AttemptAnswer(LockEffect.SendAttempt e, TxnResult result, Instant sentAt) =>
        result.Succeeded ? new LockMessage.AttemptWon(e.Attempt, result.Header.Revision, default, sentAt)
        : result.Results is [GetResult { First: { } current }, ..] ? new LockMessage.AttemptMet(e.Attempt, current, result.Header.Revision, default, LastOf(result), sentAt)
        : e.InTurn ? new LockMessage.AttemptBarred(e.Attempt, result.Header.Revision, LastOf(result), sentAt)
        : new LockMessage.AttemptFailed(e.Attempt, new EtcdException(
            CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "etcd refused the attempt but did not show the key"));

    public EtcdOp.Txn Release(LockEffect.SendRelease e) => new()
    {
        If = [EtcdCompare.Unchanged(key, e.Token)],
        Then = e.Next?.Neighbour is { } next ? [new EtcdOp.Delete(key), Tell(next, LockNote.Called(key, next))] : [new EtcdOp.Delete(key)],
    };

    public EtcdOp.Txn ReleaseIfAlone(LockEffect.SendReleaseIfAlone e) => new()
    {
        If = [EtcdCompare.Unchanged(key, e.Token), Nobody(line.After(e.Place, e.Lease))],
        Then = [new EtcdOp.Delete(key)],
        Else = [new EtcdOp.Get(key), First(e.Place, e.Lease)],
    };

    public static LockMessage ReleaseIfAloneAnswer(LockEffect.SendReleaseIfAlone e, TxnResult result, Instant now) =>
        result.Succeeded ? new LockMessage.ReleaseDone(e.Token, result.Header.Revision) : NextShown(e.Token, result, now);

    public EtcdOp.Txn HandOver(LockEffect.SendHandOver e, LockValue value) => new()
    {
        If = [EtcdCompare.Unchanged(key, e.Token), EtcdCompare.Unchanged(e.Next.Key, e.Next.ModRevision)],
        Then =
        [
            new EtcdOp.Put(key, value.Encode()) { Lease = e.Next.Lease },
            new EtcdOp.Delete(e.Next.Key),
            Tell(e.Next.Neighbour!, LockNote.Given(key, e.Next.Neighbour!, value, e.Version + 1)),
            Last,
        ],
    };

    public static LockMessage HandOverAnswer(LockEffect.SendHandOver e, TxnResult result, Instant sentAt) =>
        new LockMessage.HandedOver(e.Token, result.Succeeded, result.Header.Revision, result.Succeeded ? LastOf(result) : null, sentAt);

    public EtcdOp.Txn Pass(LockEffect.SendPass e, Bytes value) => new()
    {
        If = [EtcdCompare.Unchanged(key, e.Token), Nobody(line.Everybody)],
        Then = [new EtcdOp.Put(key, value) { Lease = e.Lease }],
        Else = [new EtcdOp.Get(key), First(e.Place, e.Lease)],
    };

    public static LockMessage PassAnswer(LockEffect.SendPass e, TxnResult result, Instant sentAt, Instant now) =>
        result.Succeeded ? new LockMessage.PassedOn(e.Attempt, result.Header.Revision, default, sentAt) : NextShown(e.Token, result, now);

    public EtcdOp.Txn Ticket(LockEffect.SendTicket e, LockValue value)
    {
        var at = line.KeyOf(e.Ticket.Place, e.Ticket.Lease);
        var show = Show(e.Ticket);
        var put = new EtcdOp.Put(at, value.Encode()) { Lease = e.Ticket.Lease };
        return new EtcdOp.Txn
        {
            If = [EtcdCompare.NotExists(at)],
            Then = e.Behind is { } other ? [put, .. show, Tell(other, LockNote.Followed(key, other, at, e.Ticket.Lease, value))] : [put, .. show],
            Else = show,
        };
    }

    public EtcdOp.Txn LineRead(LockTicket ticket) => new() { Then = Show(ticket) };

    public static LockMessage LineAnswer(LockTicket ticket, TxnResult result, Instant sentAt)
    {
        var shown = result.Results.RemoveAll(r => r is not GetResult);
        return shown is [GetResult current, GetResult ahead, GetResult next]
            ? new LockMessage.LineShown(
                ticket.Attempt, ticket.Reads, current.First, Read(ahead.First), Read(next.First), result.Header.Revision, sentAt, default)
            : new LockMessage.LineFailed(ticket.Attempt, ticket.Reads, new EtcdException(
                CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "etcd did not show the line"));
    }

    public EtcdOp.Txn Leave(LockTicket ticket) =>
        new() { Then = [new EtcdOp.Delete(line.KeyOf(ticket.Place, ticket.Lease)), new EtcdOp.Get(key)] };

    public static LockMessage LeaveAnswer(LockTicket ticket, TxnResult result) =>
        new LockMessage.LineLeft(ticket.Attempt, (result.Results[^1] as GetResult)?.First, result.Header.Revision, default);

    /// <summary>Takes every ticket on a lease out of the line, but one.</summary>
    public async Task SweepAsync(IEtcdClient etcd, LeaseId lease, LockTicket? keep)
    {
        var kept = keep is null ? Bytes.Empty : line.KeyOf(keep.Place, keep.Lease);
        var tickets = await etcd.GetAsync(new EtcdOp.Get(line.Everybody)).ConfigureAwait(false);
        foreach (var ticket in tickets.KeyValues.Where(t => t.Lease == lease && t.Key != kept))
        {
            await etcd.DeleteAsync(new EtcdOp.Delete(ticket.Key)).ConfigureAwait(false);
        }
    }

    /// <summary>Takes every ticket on a lease out of the line, then reads the key.</summary>
    public async Task<GetResult> RecoverAsync(IEtcdClient etcd, LeaseId lease)
    {
        try
        {
            await SweepAsync(etcd, lease, null).ConfigureAwait(false);
        }
        catch (EtcdException error) when (error.Kind == CoordinationErrorKind.PermissionDenied)
        {
            // Who may not touch the line has no ticket in it.
        }

        return await etcd.GetAsync(new EtcdOp.Get(key)).ConfigureAwait(false);
    }

    private EtcdOp.Get Last => new(line.Everybody) { Limit = 1, Order = EtcdOp.SortOrder.Descending, OrderBy = EtcdOp.SortTarget.Key };

    private static LineTicket? LastOf(TxnResult result) => result.Results[^1] is GetResult last ? Read(last.First) : null;

    private static LockMessage.NextShown NextShown(Revision token, TxnResult result, Instant now) => new LockMessage.NextShown(
        token,
        result.Results is [GetResult { First: { } current }, ..] && current.ModRevision == token,
        LastOf(result),
        now);

    private static EtcdCompare Nobody(KeyRange tickets) => EtcdCompare.CreateRevision(tickets, CompareResult.Equal, Revision.None);

    /// <summary>Whoever has no inbox, or none any more, is not told: it watches the key.</summary>
    private EtcdOp.Txn Tell(LockNeighbour whom, LockNote note)
    {
        var inbox = line.InboxOf(whom.Lease);
        return new EtcdOp.Txn { If = [EtcdCompare.Exists(inbox)], Then = [new EtcdOp.Put(inbox, note.Encode()) { IgnoreLease = true }] };
    }

    /// <summary>Whether a key can be a ticket for this lock: what others say is checked.</summary>
    public bool IsTicket(Bytes ticket) => line.Everybody.Contains(ticket);

    private EtcdOp.Get First(Revision? place, LeaseId lease) => new(line.After(place, lease)) { Limit = 1 };

    private System.Collections.Immutable.ImmutableArray<EtcdOp> Show(LockTicket ticket) =>
    [
        new EtcdOp.Get(key),
        new EtcdOp.Get(line.Before(ticket.Place, ticket.Lease)) { Limit = 1, Order = EtcdOp.SortOrder.Descending, OrderBy = EtcdOp.SortTarget.Key },
        First(ticket.Place, ticket.Lease),
    ];

    private static LineTicket? Read(KeyValue? kv) =>
        kv is null ? null : new LineTicket(kv.Key, kv.ModRevision, kv.Lease, LockValue.HolderOf(kv).Owner, LockValue.AttemptOf(kv));
}
