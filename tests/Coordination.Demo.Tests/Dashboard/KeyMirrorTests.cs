using Coordination.Demo.Dashboard.Model;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>What the dashboard tells of the history of a lock.</summary>
public sealed class KeyMirrorTests
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UnixEpoch.AddMinutes(1);

    private readonly KeyMirror _mirror = new(ServiceLayout.Default);

    [Fact]
    public void A_lock_is_acquired_waited_for_handed_over_and_released()
    {
        Assert.Empty(_mirror.Apply(new WatchEvent.Snapshot(new Revision(3), []), DateTimeOffset.UnixEpoch));

        Assert.Equal("acquired a 4", Told(4, Put(Keys.Lock("/x", "a", 4, 1))));
        Assert.Equal("waits b ", Told(5, Put(Keys.Ticket("%2Fx", "b", 5, 2))));
        Assert.Equal("handed over to b 6; waits no longer b ", Told(6, Put(Keys.Lock("/x", "b", 6, 2)), Delete(Keys.Ticket("%2Fx", "b", 5, 2), 6)));
        Assert.Equal("no longer held b ", Told(7, Delete(Keys.Lock("/x", "b", 6, 2), 7)));
        Assert.Empty(_mirror.Keys);
        Assert.Equal(7, _mirror.Revision);
    }

    [Fact]
    public void After_a_gap_the_copy_is_what_was_read_again()
    {
        _mirror.Apply(new WatchEvent.Snapshot(new Revision(3), [Keys.Lock("/x", "a", 2, 1), Keys.Lock("/y", "a", 3, 1)]), DateTimeOffset.UnixEpoch);

        var told = _mirror.Apply(new WatchEvent.Resynced(new Revision(9), [Keys.Lock("/y", "a", 3, 1)], [Delete(Keys.Lock("/x", "a", 2, 1), 9)]), DateTimeOffset.UnixEpoch);

        Assert.Equal("no longer held", Assert.Single(told).What);
        Assert.Equal("/y", Assert.Single(_mirror.Keys).Key.ToText());
    }

    [Fact]
    public void Whoever_leads_from_now_on_is_told_and_since_when_is_known_of_what_was_seen_only()
    {
        var (first, second, third) = (Candidate(0x2a, "first", 3), Candidate(0x2b, "second", 4), Candidate(0x2c, "third", 5));
        _mirror.Apply(new WatchEvent.Snapshot(new Revision(3), [first]), DateTimeOffset.UnixEpoch);

        Assert.Equal("campaigns second 4", Told(4, Put(second)));
        Assert.Empty(_mirror.Seen(Later).LeadsSince);
        Assert.Equal("campaigns third 5", Told(5, Put(third)));
        Assert.Equal("proclaims still first ", Told(6, Put(first with { Value = "still first", ModRevision = new Revision(6) })));
        Assert.Equal("gone still first ; leads second 4", Told(7, Delete(first, 7)));
        Assert.Equal(DateTimeOffset.UnixEpoch, _mirror.Seen(Later).LeadsSince["/e"]);
        Assert.Equal("gone third ", Told(8, Delete(third, 8)));
        Assert.Equal("gone second ", Told(9, Delete(second, 9)));
        Assert.Empty(_mirror.Seen(Later).LeadsSince);
    }

    [Fact]
    public void An_instance_that_goes_is_remembered_until_it_comes_back_or_is_no_news_any_more()
    {
        var (one, two) = (Instance("n1", 3), Instance("n2", 4));
        _mirror.Apply(new WatchEvent.Snapshot(new Revision(4), [one, two]), DateTimeOffset.UnixEpoch);

        Told(5, Delete(one, 5), Delete(two, 5));
        Assert.Equal(["n1", "n2"], _mirror.Seen(Later).Gone.Select(gone => gone.Id));
        Told(6, Put(one));

        Assert.Equal(new GoneInstance("web", "n2", "10.0.0.1:80", InstanceState.Serving, DateTimeOffset.UnixEpoch), Assert.Single(_mirror.Seen(Later).Gone));
        Assert.Empty(_mirror.Seen(DateTimeOffset.UnixEpoch + InstanceWatch.Memory).Gone);
    }

    private static KeyValue Candidate(long lease, string value, long revision) => Keys.Key($"/e/{lease:x}", value, revision, lease);

    private static KeyValue Instance(string id, long revision) =>
        Keys.Key($"/services/web/{id}", $$"""{"service":"web","id":"{{id}}","host":"10.0.0.1","port":80}""", revision, revision);

    private string Told(long revision, params EtcdEvent[] events) =>
        string.Join("; ", _mirror.Apply(new WatchEvent.Changed(new Revision(revision), [.. events]), DateTimeOffset.UnixEpoch).Select(entry => $"{entry.What} {entry.Owner} {entry.Token}"));

    private static EtcdEvent Put(KeyValue kv) => new(false, kv, null);

    private static EtcdEvent Delete(KeyValue kv, long revision) => new(true, new KeyValue(kv.Key, Bytes.Empty, Revision.None, new Revision(revision), 0, LeaseId.None), null);
}
