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
    private static readonly LockValue Value = LockValue.For("us", Attempt, default);
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
    public void A_hand_over_needs_our_acquisition_and_the_ticket_and_tells_the_next_one_what_was_put()
    {
        var txn = Transactions.HandOver(new LockEffect.SendHandOver(new(5), Next, Version: 3), Value);

        Assert.Equal([EtcdCompare.Unchanged("/K", new(5)), EtcdCompare.Unchanged(Next.Key, Next.ModRevision)], txn.If.AsEnumerable());
        Assert.Equal([new EtcdOp.Put("/K", Value.Encode()) { Lease = Next.Lease }, new EtcdOp.Delete(Next.Key)], txn.Then.Take(2));
        var told = Assert.IsType<LockMessage.KeyPut>(Told(txn.Then[2])).Current;
        Assert.Equal(new KeyValue("/K", Value.Encode(), Revision.None, new(70), 4, Next.Lease), told);
        Assert.Empty(txn.Else);
    }

    [Fact]
    public void Passing_on_needs_our_acquisition_and_an_empty_line_and_else_shows_who_waits()
    {
        var txn = Transactions.Pass(new LockEffect.SendPass(new(5), Attempt, Lease), "v");

        Assert.Equal([EtcdCompare.Unchanged("/K", new(5)), NobodyInLine], txn.If.AsEnumerable());
        Assert.Equal([new EtcdOp.Put("/K", "v") { Lease = Lease }], txn.Then.AsEnumerable());
        Assert.Equal([KeyRange.Of("/K"), NobodyInLine.Keys], txn.Else.Cast<EtcdOp.Get>().Select(get => get.Keys));
    }

    [Fact]
    public void A_release_needs_our_acquisition_and_tells_the_next_one_if_it_has_an_inbox()
    {
        var txn = Transactions.Release(new LockEffect.SendRelease(new(5), Next));

        Assert.Equal([EtcdCompare.Unchanged("/K", new(5))], txn.If.AsEnumerable());
        Assert.Equal(new EtcdOp.Delete("/K"), txn.Then[0]);
        Assert.Equal(new LockMessage.Called(Attempt, new(70)), Told(txn.Then[1]));
        Assert.Single(Transactions.Release(new LockEffect.SendRelease(new(5))).Then);
    }

    [Fact]
    public void A_release_by_who_does_not_know_who_comes_next_is_one_only_if_nobody_does()
    {
        var txn = Transactions.ReleaseIfAlone(new LockEffect.SendReleaseIfAlone(new(5), Ticket.Place, Lease));

        Assert.Equal(EtcdCompare.Unchanged("/K", new(5)), txn.If[0]);
        Assert.True(txn.If[1].Keys.Contains("w/%2FK/0000000000000010-000000000000002b"));
        Assert.False(txn.If[1].Keys.Contains("w/%2FK/0000000000000010-000000000000002a"));
        Assert.Equal([new EtcdOp.Delete("/K")], txn.Then.AsEnumerable());
        Assert.Equal(txn.If[1].Keys, Assert.IsType<EtcdOp.Get>(txn.Else[1]).Keys);
    }

    [Fact]
    public void A_ticket_tells_the_one_that_it_stands_behind()
    {
        var txn = Transactions.Ticket(new LockEffect.SendTicket(Ticket, new LockNeighbour(Next.Lease, Next.Attempt!.Value)), Value);

        var told = Assert.IsType<LockMessage.Followed>(Told(txn.Then[^1]));
        Assert.Equal(Next.Attempt, told.By);
        Assert.Equal(new LineTicket("w/%2FK/0000000000000010-000000000000002a", new(70), Lease, "us", Attempt), told.Next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("no note")]
    [InlineData("""{"lock":"/K","to":"nobody"}""")]
    [InlineData("""{"lock":"/K","to":"00000001000000000000000000000000","value":{"owner":"x"}}""")]
    [InlineData("""{"lock":"/K","to":"00000001000000000000000000000000","version":2,"value":{"owner":"x","attempt":"00000002000000000000000000000000"}}""")]
    public void What_is_no_note_tells_nothing(string text) => Assert.Null(LockNote.Decode(text)?.Message(new(70), Lease));

    [Fact]
    public void A_ticket_is_put_once_and_the_key_and_the_neighbours_are_shown_either_way()
    {
        var txn = Transactions.Ticket(new LockEffect.SendTicket(Ticket), Value);

        Assert.Equal([EtcdCompare.NotExists("w/%2FK/0000000000000010-000000000000002a")], txn.If.AsEnumerable());
        Assert.Equal(new EtcdOp.Put("w/%2FK/0000000000000010-000000000000002a", Value.Encode()) { Lease = Lease }, txn.Then[0]);
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

    /// <summary>What the next one in line is told when the transaction is at revision 70; only where it has an inbox, and for as long as that lives.</summary>
    private static LockMessage? Told(EtcdOp op)
    {
        var tell = Assert.IsType<EtcdOp.Txn>(op);
        Assert.Equal([EtcdCompare.Exists("w/@0000000000000063")], tell.If.AsEnumerable());
        var put = Assert.IsType<EtcdOp.Put>(Assert.Single(tell.Then));
        Assert.Equal(("w/@0000000000000063", true), (put.Key.ToString(), put.IgnoreLease));
        return LockNote.Decode(put.Value)!.Message(new(70), Next.Lease);
    }
}
