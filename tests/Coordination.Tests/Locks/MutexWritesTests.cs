using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Locks.Line;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Locks;

/// <summary>The transactions of a mutex, condition by condition, and what is concluded when their reply was lost.</summary>
public sealed class MutexWritesTests
{
    private static readonly LockName K = new(LockForm.Mutex, "/k");
    private static readonly LeaseId Ours = new(7);
    private static readonly AttemptId Attempt = AttemptId.New(Random.Shared);
    private static readonly KeyRange Line = KeyRange.Prefix("coordination/waiters/%2Fk/");
    private static readonly Bytes OurTicket = "coordination/waiters/%2Fk/0000000000000007";
    private static readonly Tenure Tenure = new(new Revision(42), new Revision(42), 3);
    private static readonly Ticket Next = new(new LeaseId(9), new Revision(50), "them", AttemptId.New(Random.Shared));
    private static readonly EtcdCompare NobodyInLine = EtcdCompare.CreateRevision(Line, CompareResult.Equal, Revision.None);

    private readonly LineWrites _writes = LineWrites.Of(K, new CoordinationOptions { Owner = "me" }, new FakeTimeProvider());

    [Fact]
    public void Entering_puts_the_key_when_nobody_has_it_or_waits_and_else_a_ticket()
    {
        var txn = Txn(new LineOp.Enter(Attempt, Ours, LockTerms.Alone, IsTry: false, InTurn: true));

        Assert.Equal([EtcdCompare.NotExists(K.Key), NobodyInLine], txn.If.AsEnumerable());
        var put = Assert.IsType<EtcdOp.Put>(Assert.Single(txn.Then));
        Assert.Equal((K.Key, Ours), (put.Key, put.Lease));
        Assert.Contains("\"owner\":\"me\"", put.Value.ToText(), StringComparison.Ordinal);
        var ticket = Assert.IsType<EtcdOp.Put>(txn.Else[0]);
        Assert.Equal((OurTicket, Ours, put.Value), (ticket.Key, ticket.Lease, ticket.Value));
    }

    [Fact]
    public void A_try_places_no_ticket_and_one_that_takes_its_chance_does_not_ask_who_waits()
    {
        Assert.DoesNotContain(Txn(new LineOp.Enter(Attempt, Ours, LockTerms.Alone, IsTry: true, InTurn: true)).Else, op => op is EtcdOp.Put);
        var chance = Txn(new LineOp.Enter(Attempt, Ours, LockTerms.Alone, IsTry: false, InTurn: false));
        Assert.Equal(EtcdCompare.NotExists(K.Key), Assert.Single(chance.If));
        Assert.DoesNotContain(chance.Else, op => op is EtcdOp.Put);
    }

    [Fact]
    public void A_release_needs_our_acquisition_and_an_empty_line_and_else_shows_who_waits()
    {
        var leave = Txn(new LineOp.Leave(Attempt, Ours, LockTerms.Alone, Tenure));
        var pass = Txn(new LineOp.Pass(Attempt, Ours, LockTerms.Alone, Tenure, AttemptId.New(Random.Shared)));

        Assert.Equal([EtcdCompare.Unchanged(K.Key, Tenure.Token), NobodyInLine], leave.If.AsEnumerable());
        Assert.Equal(leave.If.AsEnumerable(), pass.If);
        Assert.Equal(new EtcdOp.Delete(K.Key), Assert.Single(leave.Then));
        var shown = Assert.IsType<EtcdOp.Get>(leave.Else[^1]);
        Assert.Equal((Line, EtcdOp.SortTarget.CreateRevision), (shown.Keys, shown.OrderBy));
    }

    [Fact]
    public void A_release_that_does_not_ask_who_waits_needs_our_acquisition_too()
    {
        var isOurs = EtcdCompare.Unchanged(K.Key, Tenure.Token);

        Assert.Equal([isOurs], Txn(new LineOp.Leave(Attempt, Ours, LockTerms.Alone, Tenure, IsPlain: true)).If.AsEnumerable());
        Assert.Equal([isOurs], Txn(new LineOp.Leave(Attempt, Ours, LockTerms.Alone, Tenure, IsPlain: true, Next)).If.AsEnumerable());
    }

    [Fact]
    public void Giving_needs_our_acquisition_and_the_ticket_as_it_was_and_tells_who_comes_after()
    {
        var write = _writes.Write(new LineOp.Give(Attempt, Ours, Tenure, Next, [Next with { Lease = new(11) }]), ActorRefs.Nobody);
        var ticket = new TicketKeys("coordination/waiters/", K.Key).KeyOf(Next.Lease);

        Assert.Equal([EtcdCompare.Unchanged(K.Key, Tenure.Token), EtcdCompare.Unchanged(ticket, Next.Placed)], write.Txn.If.AsEnumerable());
        var put = Assert.IsType<EtcdOp.Put>(write.Txn.Then[0]);
        Assert.Equal((K.Key, Next.Lease, Next.Attempt), (put.Key, put.Lease, LockValue.AttemptOf(Stored(put.Key, put.Value, 60, Next.Lease))));
        Assert.Equal(new EtcdOp.Delete(ticket), write.Txn.Then[1]);
        var note = Assert.IsType<EtcdOp.Put>(write.Txn.Then[2]);
        Assert.Equal(((Bytes)"coordination/waiters/@0000000000000009", Next.Lease), (note.Key, note.Lease));
        var given = Assert.IsType<LineMessage.Given>(LockNote.Decode(note.Value, new Revision(60))!.Value.Message);
        Assert.Equal((Next.Attempt, Tenure.Version + 1, new LeaseId(11)), (given.To, given.Version, Assert.Single(given.Behind).Lease));
        Assert.Equal([K.Key, ticket, note.Key], write.Keys.AsEnumerable());
    }

    [Fact]
    public void Taking_needs_a_free_key_our_ticket_as_it_was_and_none_that_is_older()
    {
        var txn = Txn(new LineOp.Take(Attempt, Ours, LockTerms.Alone, new Revision(51), new Revision(50), InTurn: true));

        Assert.Equal(
            [EtcdCompare.NotExists(K.Key), EtcdCompare.Unchanged(OurTicket, new Revision(51)), EtcdCompare.CreateRevision(Line, CompareResult.Greater, new Revision(49))],
            txn.If.AsEnumerable());
        Assert.Equal(new EtcdOp.Delete(OurTicket), txn.Then[1]);
    }

    [Fact]
    public void Of_a_lost_withdrawal_the_ticket_and_the_key_tell_what_became_of_it()
    {
        var op = new LineOp.Withdraw(Attempt, Ours, LockTerms.Alone, new Revision(51), new Revision(50));
        var ticket = Stored(OurTicket, LockValue.Encode("me", Attempt, default), 51, Ours);
        var given = Stored(K.Key, LockValue.Encode("me", Attempt, default), 60, Ours);
        var theirs = Stored(K.Key, LockValue.Encode("them", AttemptId.New(Random.Shared), default), 60, Next.Lease);

        Assert.False(Settled(op, theirs, ticket).Applied);
        Assert.False(Settled(op, given, null).Applied);
        Assert.True(Settled(op, theirs, null).Applied);
        Assert.True(Settled(op, null, null).Applied);
    }

    [Fact]
    public void Of_a_lost_release_the_key_tells_what_became_of_it()
    {
        var ours = Stored(K.Key, LockValue.Encode("me", Attempt, default), Tenure.Token.Value, Ours);
        LineOp[] releases =
        [
            new LineOp.Leave(Attempt, Ours, LockTerms.Alone, Tenure), new LineOp.Give(Attempt, Ours, Tenure, Next, []), new LineOp.Pass(Attempt, Ours, LockTerms.Alone, Tenure, AttemptId.New(Random.Shared)),
        ];

        Assert.All(releases, op =>
        {
            Assert.False(Settled(op, ours, null).Applied);
            Assert.True(Settled(op, ours with { ModRevision = new(43) }, null).Applied);
            Assert.True(Settled(op, null, null).Applied);
        });
    }

    private static KeyValue Stored(Bytes key, Bytes value, long revision, LeaseId lease) => new(key, value, new Revision(revision), new Revision(revision), 1, lease);

    private EtcdOp.Txn Txn(LineOp op) => _writes.Write(op, ActorRefs.Nobody).Txn;

    private LineMessage.Concluded Settled(LineOp op, KeyValue? key, KeyValue? ticket)
    {
        var header = new EtcdHeader(1, 1, new Revision(70), 1);
        var shown = new TxnResult(header, true, [Get(key), Get(ticket), Get(null)]);
        return Assert.IsType<LineMessage.Concluded>(_writes.Understand(new Written.Settled(_writes.Write(op, ActorRefs.Nobody), shown)));

        GetResult Get(KeyValue? kv) => new(header, kv is null ? [] : [kv], kv is null ? 0 : 1, false);
    }
}
