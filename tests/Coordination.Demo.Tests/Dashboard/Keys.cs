using System.Collections.Immutable;
using Coordination.Demo.Dashboard.Model;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>Keys as the library and other programs write them.</summary>
internal static class Keys
{
    public static readonly EtcdCondition Connected = new(true, "127.0.0.1:2379", 9, null, null);

    public static KeyValue Key(string key, string value, long revision, long lease, long? created = null) =>
        new(key, value, new Revision(created ?? revision), new Revision(revision), 1, new LeaseId(lease));

    public static KeyValue Lock(string key, string owner, long revision, long lease) =>
        Key(key, $$"""{"owner":"{{owner}}","attempt":"a1","since":"2026-01-02T03:04:05+00:00"}""", revision, lease);

    public static KeyValue Ticket(string escapedLock, string owner, long revision, long lease) => Lock($"coordination/waiters/{escapedLock}/{revision:x16}-{lease:x16}", owner, revision, lease);

    public static KeyValue Permits(string name, string owner, int permits, int limit, long revision, long lease) =>
        Key($"{name}/semaphore/{lease:x}/a{revision}", $$"""{"owner":"{{owner}}","mode":"permits","permits":{{permits}},"limit":{{limit}}}""", revision, lease);

    public static KeyValue Entry(string name, string mode, string owner, long revision, long lease) =>
        Key($"{name}/rwlock/{mode}s/{lease:x}/a{revision}", $$"""{"owner":"{{owner}}","mode":"{{mode[..^2]}}"}""", revision, lease);

    public static Overview Read(params KeyValue[] keys) => Read(ImmutableDictionary<LeaseId, LeaseAnswer>.Empty, keys);

    public static Overview Read(IReadOnlyDictionary<LeaseId, LeaseAnswer> leases, params KeyValue[] keys) => OverviewReader.Read(keys, ServiceLayout.Default, leases, Seen.Nothing, Connected);
}
