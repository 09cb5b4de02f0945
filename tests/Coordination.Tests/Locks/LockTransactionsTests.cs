using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Locks;

namespace Coordination.Tests.Locks;

/// <summary>What a lock asks of etcd: each condition is one that safety or fairness rests on.</summary>
public sealed class LockTransactionsTests
{
    private static readonly LeaseId Lease = new(0x2a);
    private static readonly AttemptId Attempt = new(new Guid(1, 0, 0, new byte[8]));
    private static readonly LockTicket Ticket = new(Attempt, Lease, new(0x10));
    private static readonly LineTicket Next = new("w/%2FK/next", new(7), new(99), "them", Attempt);
    private static readonly LockTransactions Transactions = new("/K", new LockLine("w/", "/K"));
    private static readonly EtcdCompare NobodyInLine = EtcdCompare.CreateRevision(KeyRange.Prefix("w/%2FK/"), CompareResult.Equal, Revision.None);
    private static readonly EtcdCompare NobodyBefore = EtcdCompare.CreateRevision(
        KeyRange.Between("w/%2FK/", "w/%2FK/0000000000000010-000000000000002a"), CompareResult.Equal, Revision.None);

    [Fact]
    public void An_attempt_out_of_turn_asks_only_whether_the_key_is_there()
    {
        var txn = Transactions.Attempt(new LockEffect.SendAttempt(Attempt, Lease, InTurn: false, null, null), "v");

        Assert.Equal([EtcdCompare.NotExists("/K")], txn.If.AsEnumerable());
        Assert.Equal([new EtcdOp.Put("/K", "v") { Lease = Lease }], txn.Then.AsEnumerable());
        Assert.Equal([new EtcdOp.Get("/K")], txn.Else.AsEnumerable());
    }

    [Fact]
    public void An_attempt_in_turn_asks_also_whether_anybody_is_in_line() => Assert.Equal(
        [EtcdCompare.NotExists("/K"), NobodyInLine],
        Transactions.Attempt(new LockEffect.SendAttempt(Attempt, Lease, InTurn: true, null, null), "v").If.AsEnumerable());

    [Fact]
    public void An_attempt_with_a_ticket_asks_for_those_before_it_and_gives_it_back()
    {
        var txn = Transactions.Attempt(new LockEffect.SendAttempt(Attempt, Lease, InTurn: true, Ticket.Place, Ticket), "v");

        Assert.Equal([EtcdCompare.NotExists("/K"), NobodyBefore], txn.If.AsEnumerable());
        Assert.Equal(new EtcdOp.Delete("w/%2FK/0000000000000010-000000000000002a"), txn.Then[1]);
    }

    [Fact]
    public void A_hand_over_needs_our_acquisition_and_the_ticket_and_else_is_a_release()
    {
        var txn = Transactions.HandOver(new LockEffect.SendHandOver(new(5), Next), "v");

        Assert.Equal([EtcdCompare.Unchanged("/K", new(5)), EtcdCompare.Unchanged(Next.Key, Next.ModRevision)], txn.If.AsEnumerable());
        Assert.Equal([new EtcdOp.Put("/K", "v") { Lease = Next.Lease }, new EtcdOp.Delete(Next.Key)], txn.Then.AsEnumerable());
        AssertRelease(txn.Else);
    }

    [Fact]
    public void Passing_on_needs_our_acquisition_and_an_empty_line_and_else_is_a_release()
    {
        var txn = Transactions.Pass(new LockEffect.SendPass(new(5), Attempt, Lease), "v");

        Assert.Equal([EtcdCompare.Unchanged("/K", new(5)), NobodyInLine], txn.If.AsEnumerable());
        Assert.Equal([new EtcdOp.Put("/K", "v") { Lease = Lease }], txn.Then.AsEnumerable());
        AssertRelease(txn.Else);
    }

    [Fact]
    public void A_ticket_is_put_once_and_the_key_and_the_neighbours_are_shown_either_way()
    {
        var txn = Transactions.Ticket(Ticket, "v");

        Assert.Equal([EtcdCompare.NotExists("w/%2FK/0000000000000010-000000000000002a")], txn.If.AsEnumerable());
        Assert.Equal(new EtcdOp.Put("w/%2FK/0000000000000010-000000000000002a", "v") { Lease = Lease }, txn.Then[0]);
        Assert.Equal(txn.Else.AsEnumerable(), txn.Then.Skip(1));
        var shown = txn.Else.Cast<EtcdOp.Get>().ToList();
        Assert.Equal(KeyRange.Of("/K"), shown[0].Keys);
        Assert.Equal((NobodyBefore.Keys, 1, EtcdOp.SortOrder.Descending), (shown[1].Keys, shown[1].Limit, shown[1].Order));
        Assert.True(shown[2].Keys.Contains("w/%2FK/0000000000000010-000000000000002b"));
        Assert.False(shown[2].Keys.Contains("w/%2FK/0000000000000010-000000000000002a"));
        Assert.False(shown[2].Keys.Contains("w/%2FK0/0"));
    }

    [Fact]
    public void The_lines_of_two_keys_never_touch()
    {
        Assert.False(new LockLine("w/", "a").Everybody.Contains(new LockLine("w/", "a/b").KeyOf(new(1), Lease)));
        Assert.False(new LockLine("w/", "a").Everybody.Contains(new LockLine("w/", "ab").KeyOf(new(1), Lease)));
        Assert.NotEqual(new LockLine("w/", "a%2Fb").Everybody, new LockLine("w/", "a/b").Everybody);
    }

    private static void AssertRelease(ImmutableArray<EtcdOp> otherwise)
    {
        var release = Assert.IsType<EtcdOp.Txn>(Assert.Single(otherwise));
        Assert.Equal([EtcdCompare.Unchanged("/K", new(5))], release.If.AsEnumerable());
        Assert.Equal([new EtcdOp.Delete("/K")], release.Then.AsEnumerable());
    }
}
