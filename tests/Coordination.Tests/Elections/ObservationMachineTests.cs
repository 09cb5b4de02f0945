using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination.Tests.Elections;

public sealed class ObservationMachineTests
{
    private readonly ObservationMachine _machine = new("e");

    [Fact]
    public void The_first_thing_told_is_who_leads_now_or_that_nobody_does()
    {
        Assert.Null(Assert.Single(_machine.Handle(new WatchEvent.Snapshot(new(9), []))).Leader);
        var other = new ObservationMachine("e");

        var told = Assert.Single(other.Handle(new WatchEvent.Snapshot(new(9), [Kv("e/b", 4), Kv("e/a", 3, 8, "x")])));

        Assert.Equal(new ElectionLeader("e/a", "x", 3, 8, new LeaseId(0xa)), told.Leader);
    }

    [Fact]
    public void Each_revision_is_told_by_itself_and_what_changes_behind_the_leader_is_not()
    {
        _machine.Handle(new WatchEvent.Snapshot(new(9), [Kv("e/a", 3)]));

        var told = _machine.Handle(new WatchEvent.Changed(
            new(14), [Put(Kv("e/b", 10)), Put(Kv("e/a", 3, 11, "new")), Gone("e/a", 12), Gone("e/b", 13), Put(Kv("e/c", 14))])).ToList();

        Assert.Equal([(11, "e/a"), (12, "e/b"), (13, null), (14, "e/c")], told.Select(t => (t.Revision, t.Leader?.Key.ToText())));
    }

    [Fact]
    public void One_transaction_that_moves_the_leadership_is_one_change()
    {
        _machine.Handle(new WatchEvent.Snapshot(new(9), [Kv("e/a", 3), Kv("e/b", 4), Kv("e/c", 5)]));

        var told = _machine.Handle(new WatchEvent.Changed(new(10), [Gone("e/a", 10), Gone("e/b", 10)]));

        Assert.Equal("e/c", Assert.Single(told).Leader!.Key.ToText());
    }

    [Fact]
    public void After_a_cut_of_the_history_only_a_difference_is_told()
    {
        _machine.Handle(new WatchEvent.Snapshot(new(9), [Kv("e/a", 3)]));

        Assert.Empty(_machine.Handle(new WatchEvent.Resynced(new(20), [Kv("e/a", 3), Kv("e/b", 12)], [])));
        Assert.Equal("e/b", Assert.Single(_machine.Handle(new WatchEvent.Resynced(new(30), [Kv("e/b", 12)], []))).Leader!.Key.ToText());
    }

    [Fact]
    public async Task A_slow_reader_skips_the_oldest_and_gets_the_latest()
    {
        var feed = new BufferedLeaderFeed(2);
        for (var n = 1; n <= 5; n++)
        {
            feed.Tell(new LeaderChanged("e", new ElectionLeader("e/a", "x", n, n, LeaseId.None), n));
        }

        feed.End();
        var read = new List<LeaderChanged>();
        await foreach (var changed in feed.ReadAsync(CancellationToken.None))
        {
            read.Add(changed);
        }

        Assert.Equal([(4L, 3), (5L, 0)], read.Select(r => (r.Revision, r.Skipped)));
    }

    /// <summary>A candidate's key, on the lease that it is named after.</summary>
    private static KeyValue Kv(string key, long created, long? modified = null, string value = "") => CandidateDialogue.Kv(
        key, created, modified, Convert.ToInt64(key["e/".Length..], 16), value);

    private static EtcdEvent Put(KeyValue kv) => new(false, kv, null);

    private static EtcdEvent Gone(string key, long revision) => new(true, new KeyValue(key, Bytes.Empty, Revision.None, new(revision), 0, LeaseId.None), null);
}
