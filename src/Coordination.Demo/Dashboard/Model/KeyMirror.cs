using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>A copy of the keys that matter, kept by what the watch tells, and what happened to locks and elections with each change.</summary>
internal sealed class KeyMirror(ServiceLayout layout)
{
    private readonly Dictionary<Bytes, KeyValue> _keys = [];

    public IReadOnlyCollection<KeyValue> Keys => _keys.Values;

    /// <summary>The revision of the copy; 0 before the first one.</summary>
    public long Revision { get; private set; }

    /// <summary>Takes over what the watch tells.</summary>
    /// <returns>What happened.</returns>
    public ImmutableArray<HistoryEntry> Apply(WatchEvent told, DateTimeOffset now)
    {
        switch (told)
        {
            case WatchEvent.Snapshot snapshot:
                _keys.Clear();
                snapshot.KeyValues.ToList().ForEach(kv => _keys[kv.Key] = kv);
                Revision = snapshot.Revision.Value;
                return [];
            case WatchEvent.Resynced resynced:
                Revision = resynced.Revision.Value;
                var difference = Apply(resynced.Difference, now);
                _keys.Clear();
                resynced.KeyValues.ToList().ForEach(kv => _keys[kv.Key] = kv);
                return difference;
            case WatchEvent.Changed changed:
                Revision = changed.Revision.Value;
                return Apply(changed.Events, now);
            case WatchEvent.Conflated conflated:
                Revision = conflated.Revision.Value;
                return Apply(conflated.Events, now);
            default:
                return [];
        }
    }

    private ImmutableArray<HistoryEntry> Apply(ImmutableArray<EtcdEvent> events, DateTimeOffset now)
    {
        var history = ImmutableArray.CreateBuilder<HistoryEntry>();
        foreach (var change in events)
        {
            var current = change.Current;
            var previous = _keys.GetValueOrDefault(current.Key);
            if (change.IsDelete)
            {
                _keys.Remove(current.Key);
            }
            else
            {
                _keys[current.Key] = current;
            }

            if (Tell(change.IsDelete, current, previous, now) is { } entry)
            {
                history.Add(entry);
            }
        }

        return history.ToImmutable();
    }

    private HistoryEntry? Tell(bool isDelete, KeyValue current, KeyValue? previous, DateTimeOffset now)
    {
        var subject = isDelete ? previous : current;
        if (subject is null)
        {
            return null;
        }

        HistoryEntry Entry(string name, string what, long? token = null) => new(now, current.ModRevision.Value, name, what, StoredOwner.NameOf(subject), token);

        return KeyKind.Of(subject, layout) switch
        {
            KeyKind.Lock held => isDelete ? Entry(held.Name, "no longer held") : Entry(held.Name, previous is null ? "acquired" : "handed over to", current.ModRevision.Value),
            KeyKind.Ticket ticket => isDelete ? Entry(ticket.Name, "waits no longer") : previous is null ? Entry(ticket.Name, "waits") : null,
            KeyKind.Shared shared => isDelete ? Entry(shared.Name, "no longer in") : previous is null ? Entry(shared.Name, $"came ({shared.Mode})", current.CreateRevision.Value) : null,
            KeyKind.Candidate candidate => isDelete ? Entry(candidate.Name, "gone") : previous is null ? Entry(candidate.Name, "campaigns", current.CreateRevision.Value) : Entry(candidate.Name, "proclaims"),
            _ => null,
        };
    }
}
