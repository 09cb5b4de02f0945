using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Reads locks of all kinds out of their keys.</summary>
internal static class LockRows
{
    /// <summary>A lock: its key is the proof of who holds it, the tickets say whose turn is next.</summary>
    public static LockRow OfKey(string name, KeyValue? key, IEnumerable<KeyValue> tickets) =>
        new(name, "lock", key is null ? [] : [new Claim(StoredOwner.NameOf(key), key.ModRevision.Value, Lease(key), StoredOwner.Read(key.Value)?.Since)], WaiterKeys.InOrder(tickets));

    /// <summary>A mutex of etcd's own client: the oldest key under the name holds it.</summary>
    public static LockRow OfMutex(string name, IEnumerable<KeyValue> keys)
    {
        ImmutableArray<Claim> line = [.. keys.OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key).Select(kv => new Claim($"lease {Lease(kv)}", kv.CreateRevision.Value, Lease(kv), null))];
        return new LockRow(name, "mutex of etcd's client", line[..1], line[1..]);
    }

    /// <summary>
    /// A reader-writer lock or a semaphore. The entries in the order of their create revisions are the line; one is in when those before it, in or waiting, leave room.
    /// </summary>
    public static LockRow OfShared(string name, IEnumerable<(KeyValue Key, string Mode)> entries)
    {
        var holders = ImmutableArray.CreateBuilder<Claim>();
        var waiters = ImmutableArray.CreateBuilder<Claim>();
        var kind = "readers and writers";
        var (before, writersBefore, taken) = (0, 0, 0L);
        foreach (var (kv, mode) in entries.OrderBy(e => e.Key.CreateRevision).ThenBy(e => e.Key.Key))
        {
            var stored = StoredOwner.Read(kv.Value);
            var isIn = mode switch
            {
                "read" => writersBefore == 0,
                "write" => before == 0,

                // An entry that cannot be read takes all.
                _ => taken + (stored?.Permits ?? long.MaxValue / 2) <= (stored?.Limit ?? 0),
            };
            before++;
            writersBefore += mode == "write" ? 1 : 0;
            taken += stored?.Permits ?? int.MaxValue;
            if (mode == "permits")
            {
                kind = "semaphore";
            }

            (isIn ? holders : waiters).Add(new Claim(
                StoredOwner.NameOf(kv), kv.CreateRevision.Value, Lease(kv), stored?.Since, mode == "permits" ? $"{stored?.Permits?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} of {stored?.Limit}" : mode));
        }

        return new LockRow(name, kind, holders.ToImmutable(), waiters.ToImmutable());
    }

    private static string Lease(KeyValue kv) => kv.Lease.IsNone ? "" : kv.Lease.ToString();
}
