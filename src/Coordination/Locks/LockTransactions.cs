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
                ? [EtcdCompare.NotExists(key), EtcdCompare.CreateRevision(line.Before(e.Place, e.Lease), CompareResult.Equal, Revision.None)]
                : [EtcdCompare.NotExists(key)],
            Then = e.Ticket is { } ticket ? [put, new EtcdOp.Delete(line.KeyOf(ticket.Place, ticket.Lease))] : [put],
            Else = [new EtcdOp.Get(key)],
        };
    }

    public static LockMessage AttemptAnswer(LockEffect.SendAttempt e, TxnResult result) =>
        result.Succeeded ? new LockMessage.AttemptWon(e.Attempt, result.Header.Revision, default)
        : result.Results is [GetResult { First: { } current }] ? new LockMessage.AttemptMet(e.Attempt, current, result.Header.Revision, default)
        : e.InTurn ? new LockMessage.AttemptBarred(e.Attempt, result.Header.Revision)
        : new LockMessage.AttemptFailed(e.Attempt, new EtcdException(
            CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "etcd refused the attempt but did not show the key"));

    public EtcdOp.Txn Release(Revision token) => new() { If = [EtcdCompare.Unchanged(key, token)], Then = [new EtcdOp.Delete(key)] };

    public EtcdOp.Txn HandOver(LockEffect.SendHandOver e, Bytes value) => new()
    {
        If = [EtcdCompare.Unchanged(key, e.Token), EtcdCompare.Unchanged(e.Next.Key, e.Next.ModRevision)],
        Then = [new EtcdOp.Put(key, value) { Lease = e.Next.Lease }, new EtcdOp.Delete(e.Next.Key)],
        Else = [Release(e.Token)],
    };

    public static LockMessage HandOverAnswer(LockEffect.SendHandOver e, TxnResult result) =>
        new LockMessage.HandedOver(e.Token, result.Succeeded, result.Header.Revision);

    public EtcdOp.Txn Pass(LockEffect.SendPass e, Bytes value) => new()
    {
        If = [EtcdCompare.Unchanged(key, e.Token), EtcdCompare.CreateRevision(line.Everybody, CompareResult.Equal, Revision.None)],
        Then = [new EtcdOp.Put(key, value) { Lease = e.Lease }],
        Else = [Release(e.Token)],
    };

    public static LockMessage PassAnswer(LockEffect.SendPass e, TxnResult result) =>
        new LockMessage.PassedOn(e.Attempt, result.Succeeded ? result.Header.Revision : null, default);

    public EtcdOp.Txn Ticket(LockTicket ticket, Bytes value)
    {
        var at = line.KeyOf(ticket.Place, ticket.Lease);
        var show = Show(ticket);
        return new EtcdOp.Txn { If = [EtcdCompare.NotExists(at)], Then = [new EtcdOp.Put(at, value) { Lease = ticket.Lease }, .. show], Else = show };
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

    private System.Collections.Immutable.ImmutableArray<EtcdOp> Show(LockTicket ticket) =>
    [
        new EtcdOp.Get(key),
        new EtcdOp.Get(line.Before(ticket.Place, ticket.Lease)) { Limit = 1, Order = EtcdOp.SortOrder.Descending, OrderBy = EtcdOp.SortTarget.Key },
        new EtcdOp.Get(line.After(ticket.Place, ticket.Lease)) { Limit = 1 },
    ];

    private static LineTicket? Read(KeyValue? kv) =>
        kv is null ? null : new LineTicket(kv.Key, kv.ModRevision, kv.Lease, LockValue.HolderOf(kv).Owner, LockValue.AttemptOf(kv));
}
