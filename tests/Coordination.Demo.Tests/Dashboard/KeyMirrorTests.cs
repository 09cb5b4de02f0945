using Coordination.Demo.Dashboard.Model;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>What the dashboard tells of the history of a lock.</summary>
public sealed class KeyMirrorTests
{
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

    private string Told(long revision, params EtcdEvent[] events) =>
        string.Join("; ", _mirror.Apply(new WatchEvent.Changed(new Revision(revision), [.. events]), DateTimeOffset.UnixEpoch).Select(entry => $"{entry.What} {entry.Owner} {entry.Token}"));

    private static EtcdEvent Put(KeyValue kv) => new(false, kv, null);

    private static EtcdEvent Delete(KeyValue kv, long revision) => new(true, new KeyValue(kv.Key, Bytes.Empty, Revision.None, new Revision(revision), 0, LeaseId.None), null);
}
