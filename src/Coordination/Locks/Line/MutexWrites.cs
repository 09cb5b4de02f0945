using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Journal;

namespace Coordination.Locks.Line;

/// <summary>
/// The transactions over a mutex's key K, the tickets and the inboxes.
/// <code>
/// enter     if K is absent and the line is empty        then put K                                  else put my ticket, show K
/// take      if K is absent and my ticket is the first   then put K, delete my ticket                else show K and my place
/// withdraw  if my ticket is unchanged                   then delete it                              else show K and my place
/// leave     if K is mine and the line is empty          then delete K                               else show K and the first in line
/// give      if K is mine and the next ticket unchanged  then put K for it, delete it, put a note    else show K and the first in line
/// pass      if K is mine and the line is empty          then put K again, for the next request here else show K and the first in line
/// </code>
/// </summary>
internal sealed class MutexWrites(LockName name, CoordinationOptions options, TimeProvider time) : LineWrites(options, time)
{
    /// <summary>So many of those who come next are looked at, and named in notes: a crowd is looked at once for several hand-overs.</summary>
    private const int Foresight = 8;

    private readonly TicketKeys _keys = new(options.Locks.WaitersPrefix, name.Key);
    private Reads _reads = new(default, default, [], []);

    public override Write Write(LineOp op, IActorRef writer)
    {
        var (_, ticket, show, crowd) = ReadsOn(op.Lease);
        var (txn, keys, look) = op switch
        {
            LineOp.Enter e => (Enter(e, ticket, show), [name.Key, ticket], show),
            LineOp.Take e => (Take(e, ticket, Place(e.Created)), [name.Key, ticket], Place(e.Created)),
            LineOp.Withdraw e => (
                new EtcdOp.Txn { If = [EtcdCompare.Unchanged(ticket, e.Placed)], Then = [new EtcdOp.Delete(ticket)], Else = Place(e.Created) },
                [name.Key, ticket], Place(e.Created)),
            LineOp.Leave { Call: { } called } e => (
                new EtcdOp.Txn { If = [IsMine(e.Tenure)], Then = [new EtcdOp.Delete(name.Key), Tell(called, LockNote.Called(name.Key, called))] },
                [name.Key, _keys.InboxOf(called.Lease)], crowd),
            LineOp.Leave { IsPlain: true } e => (
                new EtcdOp.Txn { If = [IsMine(e.Tenure)], Then = [new EtcdOp.Delete(name.Key)] }, [name.Key], crowd),
            LineOp.Leave e => (
                new EtcdOp.Txn { If = [IsMine(e.Tenure), Nobody], Then = [new EtcdOp.Delete(name.Key)], Else = crowd }, [name.Key], crowd),
            LineOp.Give e => (Give(e, crowd), [name.Key, _keys.KeyOf(e.Next.Lease), _keys.InboxOf(e.Next.Lease)], crowd),
            LineOp.Pass e => (
                new EtcdOp.Txn { If = [IsMine(e.Tenure), Nobody], Then = [Put(e.To, e.Terms, e.Lease)], Else = crowd }, [name.Key], crowd),
            LineOp.Look { IsWide: true } => (new EtcdOp.Txn { Then = crowd }, ImmutableArray<Bytes>.Empty, crowd),
            LineOp.Look e => (new EtcdOp.Txn { Then = Place(e.Created) }, [], Place(e.Created)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new Write(writer, keys, txn, look) { Tag = op };

        // K, our ticket, and the one before it, when we know where ours is.
        ImmutableArray<EtcdOp> Place(Revision created) => created == Revision.None ? show : [.. show, Before(created)];
    }

    protected override LineShown Answered(LineOp op, TxnResult result) => (op, result.Succeeded) switch
    {
        (LineOp.Enter or LineOp.Take, true) => new LineShown(result.Header.Revision)
        {
            Mine = new Mine(op.Attempt, result.Header.Revision, 1), KeyAt = result.Header.Revision,
        },
        (LineOp.Pass pass, true) => new LineShown(result.Header.Revision)
        {
            Mine = new Mine(pass.To, result.Header.Revision, pass.Tenure.Version + 1), KeyAt = result.Header.Revision,
        },
        (LineOp.Look, _) => Shown(op, result),
        (_, true) => new LineShown(result.Header.Revision),

        // It says by its condition that K is not ours.
        (LineOp.Leave { IsPlain: true }, false) => new LineShown(result.Header.Revision),
        _ => Shown(op, result),
    };

    protected override bool IsApplied(LineOp op, LineShown shown) => op switch
    {
        LineOp.Withdraw => shown.Ticket != op.Attempt && shown.Mine?.Attempt != op.Attempt,
        LineOp.Leave leave => shown.KeyAt != leave.Tenure.Token,
        LineOp.Give give => shown.KeyAt != give.Tenure.Token,
        LineOp.Pass pass => shown.KeyAt != pass.Tenure.Token,
        _ => false,
    };

    protected override LineShown Shown(LineOp op, TxnResult result)
    {
        var gets = result.Results.OfType<GetResult>().ToList();
        var shown = new LineShown(result.Header.Revision);
        if (gets is [{ First: { } key }, ..])
        {
            var attempt = key.Lease == op.Lease ? LockValue.AttemptOf(key) : null;
            shown = shown with
            {
                KeyAt = key.ModRevision,
                Holder = LockValue.HolderOf(key),
                Mine = attempt is { } mine ? new Mine(mine, key.ModRevision, key.Version) : null,
            };
        }

        if (gets is [_, { First: { } ticket }, ..])
        {
            shown = shown with { Ticket = LockValue.AttemptOf(ticket), Placed = ticket.ModRevision, Created = ticket.CreateRevision };
        }

        return gets switch
        {
            [_, _, var line] when IsOfCrowd(op) => shown with
            {
                IsSomebodyInLine = !line.KeyValues.IsEmpty,
                First = [.. line.KeyValues.Where(kv => kv.Lease != op.Lease).Select(kv => LockValue.TicketOf(_keys, kv)).OfType<Ticket>()],
            },
            [_, _, var ahead] => shown with { IsPlaceKnown = true, Ahead = ahead.First?.Key },
            _ => shown,
        };
    }

    private static bool IsOfCrowd(LineOp op) => op is LineOp.Leave or LineOp.Give or LineOp.Pass or LineOp.Look { IsWide: true };

    private EtcdCompare Nobody => field ??= EtcdCompare.CreateRevision(_keys.Everybody, CompareResult.Equal, Revision.None);

    private EtcdCompare IsMine(Tenure tenure) => EtcdCompare.Unchanged(name.Key, tenure.Token);

    private EtcdOp.Txn Enter(LineOp.Enter e, Bytes ticket, ImmutableArray<EtcdOp> show)
    {
        var value = LockValue.Encode(OwnerOf(e.Terms), e.Attempt, Now);
        return new EtcdOp.Txn
        {
            If = e.InTurn ? [EtcdCompare.NotExists(name.Key), Nobody] : [EtcdCompare.NotExists(name.Key)],
            Then = [new EtcdOp.Put(name.Key, value) { Lease = e.Lease }],
            Else = e.InTurn && !e.IsTry ? [new EtcdOp.Put(ticket, value) { Lease = e.Lease }, .. show] : show,
        };
    }

    private EtcdOp.Txn Take(LineOp.Take e, Bytes ticket, ImmutableArray<EtcdOp> place) => new()
    {
        If =
        [
            EtcdCompare.NotExists(name.Key),
            EtcdCompare.Unchanged(ticket, e.Placed),

            // Over a range it must hold for all: none is older than ours.
            .. e.InTurn ? [EtcdCompare.CreateRevision(_keys.Everybody, CompareResult.Greater, new Revision(e.Created.Value - 1))] : (EtcdCompare[])[],
        ],
        Then = [Put(e.Attempt, e.Terms, e.Lease), new EtcdOp.Delete(ticket)],
        Else = place,
    };

    private EtcdOp.Txn Give(LineOp.Give e, ImmutableArray<EtcdOp> crowd)
    {
        var next = _keys.KeyOf(e.Next.Lease);
        return new EtcdOp.Txn
        {
            If = [IsMine(e.Tenure), EtcdCompare.Unchanged(next, e.Next.Placed)],
            Then =
            [
                new EtcdOp.Put(name.Key, LockValue.Encode(e.Next.Owner, e.Next.Attempt, Now)) { Lease = e.Next.Lease },
                new EtcdOp.Delete(next),
                Tell(e.Next, LockNote.Given(name.Key, e.Next, e.Tenure.Version + 1, e.Rest)),
            ],
            Else = crowd,
        };
    }

    private EtcdOp.Put Put(AttemptId attempt, LockTerms terms, LeaseId lease) =>
        new(name.Key, LockValue.Encode(OwnerOf(terms), attempt, Now)) { Lease = lease };

    private EtcdOp.Put Tell(Ticket whom, Bytes note) => new(_keys.InboxOf(whom.Lease), note) { Lease = whom.Lease };

    /// <summary>The ticket before one.</summary>
    private EtcdOp.Get Before(Revision created) => new(_keys.Everybody)
    {
        MaxCreateRevision = new Revision(created.Value - 1), Limit = 1, KeysOnly = true,
        Order = EtcdOp.SortOrder.Descending, OrderBy = EtcdOp.SortTarget.CreateRevision,
    };

    /// <summary>The lease seldom changes, so what is read with each write is made once.</summary>
    private Reads ReadsOn(LeaseId lease)
    {
        if (_reads.Lease != lease || _reads.Show.IsEmpty)
        {
            var ticket = _keys.KeyOf(lease);
            ImmutableArray<EtcdOp> show = [new EtcdOp.Get(name.Key), new EtcdOp.Get(ticket)];
            var first = new EtcdOp.Get(_keys.Everybody) { Limit = Foresight, Order = EtcdOp.SortOrder.Ascending, OrderBy = EtcdOp.SortTarget.CreateRevision };
            _reads = new Reads(lease, ticket, show, [.. show, first]);
        }

        return _reads;
    }

    /// <summary>What is read on one lease.</summary>
    /// <param name="Lease">The lease.</param>
    /// <param name="Ticket">The key of our ticket.</param>
    /// <param name="Show">K and our ticket.</param>
    /// <param name="Crowd">K, our ticket, and the first in line.</param>
    private sealed record Reads(LeaseId Lease, Bytes Ticket, ImmutableArray<EtcdOp> Show, ImmutableArray<EtcdOp> Crowd);
}
