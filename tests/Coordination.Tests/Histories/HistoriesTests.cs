using Coordination.Etcd;
using Coordination.Histories;

namespace Coordination.Tests.Histories;

/// <summary>The checks of histories find what is wrong, and nothing else.</summary>
public sealed class HistoriesTests
{
    private readonly WrittenHistory _history = new();

    [Fact]
    public void Holdings_one_after_the_other_with_growing_tokens_are_those_of_a_lock() =>
        Assert.Empty(Holdings.Violations([Held("a", 5, 10, 20), Held("b", 7, 21, 30), Held("a", 9, 31, 31)]));

    [Fact]
    public void Two_holders_at_an_instant_are_found() =>
        Assert.StartsWith("S1", Assert.Single(Holdings.Violations([Held("a", 5, 10, 20), Held("b", 7, 20, 30)])), StringComparison.Ordinal);

    [Fact]
    public void A_holder_within_a_long_hold_of_another_is_found_also_after_a_third() =>
        Assert.Equal(2, Holdings.Violations([Held("a", 5, 10, 100), Held("b", 6, 20, 21), Held("c", 7, 30, 31)]).Count(v => v.StartsWith("S1", StringComparison.Ordinal)));

    [Fact]
    public void A_token_that_does_not_grow_and_one_that_two_have_are_found()
    {
        Assert.StartsWith("S4", Assert.Single(Holdings.Violations([Held("a", 7, 10, 20), Held("b", 5, 21, 30)])), StringComparison.Ordinal);
        Assert.StartsWith("S4", Assert.Single(Holdings.Violations([Held("a", 7, 10, 20), Held("b", 7, 21, 30)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Holders_of_permits_may_be_together_up_to_the_limit()
    {
        Holding[] two = [Held("a", 5, 10, 20) with { Share = 2 / 3.0 }, Held("b", 3, 12, 30) with { Share = 1 / 3.0 }];

        Assert.Empty(Holdings.Violations(two));
        Assert.Single(Holdings.Violations([.. two, Held("c", 9, 20, 21) with { Share = 1 / 3.0 }]));
    }

    [Fact]
    public void A_holding_that_etcd_never_gave_or_that_outlived_its_key_is_found()
    {
        Put("/k", "a", 5, at: 100);
        Put("/k", "b", 8, at: 200);
        Delete("/k", 9, at: 300);
        var reigns = _history.ReignsOf("/k").ToList();

        Assert.Empty(AgainstStore(Held("a", 5, 90, 200), Held("b", 8, 190, 300)));
        Assert.StartsWith("S7", Assert.Single(AgainstStore(Held("a", 5, 90, 201))), StringComparison.Ordinal);
        Assert.StartsWith("S8", Assert.Single(AgainstStore(Held("a", 6, 90, 100))), StringComparison.Ordinal);
        Assert.StartsWith("S8", Assert.Single(AgainstStore(Held("b", 5, 90, 100))), StringComparison.Ordinal);

        IEnumerable<string> AgainstStore(params Holding[] holdings) =>
            Holdings.AgainstStore(holdings, reigns, (reign, who) => reign.Key.Value.ToText() == who);
    }

    [Fact]
    public void The_leader_is_the_first_in_line_and_its_term_the_revision_of_its_key()
    {
        Put("/e/1", "a", 3, at: 1);
        Put("/e/2", "b", 4, at: 2);
        Put("/e/1", "a again", 5, at: 3);
        Delete("/e/1", 6, at: 4);
        Delete("/e/2", 7, at: 5);

        Assert.Equal([(3, "a", 3, 4L), (4, "b", 6, 5L), (0, "", 7, null)],
            _history.LeadersOf(KeyRange.Prefix("/e/")).Select(r => (r.Token, r.Key.Value.ToText(), r.Began, r.EndSeenAt)));
    }

    [Fact]
    public void Operations_in_the_order_of_their_revisions_are_linearizable_and_those_that_overlap_may_have_any() =>
        Assert.Empty(Operations.Violations([Wrote(10, 20, 5), Read(15, 30, 4), Read(21, 22, 5), Wrote(21, 40, 7), Wrote(25, 30, 6)]));

    [Fact]
    public void A_read_of_the_past_and_a_write_before_one_that_had_ended_are_found()
    {
        Assert.Single(Operations.Violations([Wrote(10, 20, 5), Read(21, 30, 4)]));
        Assert.Single(Operations.Violations([Wrote(10, 20, 5), Wrote(21, 30, 4)]));
        Assert.Single(Operations.Violations([Read(10, 20, 5), Read(12, 14, 6), Read(15, 18, 5)]));
    }

    [Fact]
    public void A_watch_that_leaves_out_repeats_or_reorders_is_found()
    {
        Put("/a", "1", 2);
        Put("/b", "1", 3);
        Delete("/a", 4);
        var begin = new WatchEvent.Snapshot(new Revision(1), []);

        Assert.Null(Follow(begin, Changed(0), Changed(1), Changed(2)));
        Assert.Null(Follow(begin, Changed(0), new WatchEvent.Resynced(new Revision(3), [.. _history.KeysAt(new Revision(3))], [_history.Changes[1].Event]), Changed(2)));
        Assert.NotNull(Follow(begin, Changed(0), Changed(2)));
        Assert.NotNull(Follow(begin, Changed(0), Changed(0)));
        Assert.NotNull(Follow(begin, Changed(1), Changed(0)));
        Assert.NotNull(Follow(new WatchEvent.Snapshot(new Revision(2), []), Changed(1)));
    }

    [Fact]
    public void A_watch_that_ends_early_has_not_arrived()
    {
        Put("/a", "1", 2);
        Put("/b", "1", 3);
        var check = new WatchCheck(_history);

        Assert.Null(check.Follow([new WatchEvent.Snapshot(new Revision(1), []), Changed(0)]));
        Assert.NotNull(check.Arrive());
        Assert.Null(check.Follow([Changed(1)]));
        Assert.Null(check.Arrive());
    }

    private static Holding Held(string who, long token, long from, long until) => new("/k", who, token, from, until);

    private static Operation Wrote(long begun, long ended, long revision) => new("a write", begun, ended, revision, IsWrite: true);

    private static Operation Read(long begun, long ended, long revision) => new("a read", begun, ended, revision, IsWrite: false);

    private string? Follow(params WatchEvent[] told) => new WatchCheck(_history).Follow(told);

    private WatchEvent.Changed Changed(int index) => new(new Revision(_history.Changes[index].Revision), [_history.Changes[index].Event]);

    private void Put(string key, string value, long revision, long at = 0)
    {
        var before = _history.Keys().FirstOrDefault(kv => kv.Key == key);
        var created = before?.CreateRevision ?? new Revision(revision);
        _history.Add(new EtcdEvent(false, new KeyValue(key, value, created, new Revision(revision), (before?.Version ?? 0) + 1, default), null), at);
    }

    private void Delete(string key, long revision, long at = 0) =>
        _history.Add(new EtcdEvent(true, new KeyValue(key, "", default, new Revision(revision), 0, default), null), at);
}
