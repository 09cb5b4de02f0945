using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>A copy of the keys that matter, kept by what the watch tells, and what happened to locks and elections with each change.</summary>
internal sealed class KeyMirror(ServiceLayout layout)
{
    private readonly Dictionary<Bytes, KeyValue> _keys = [];
    private readonly LeaderWatch _leaders = new();
    private readonly InstanceWatch _instances = new(layout);

    public IReadOnlyCollection<KeyValue> Keys => _keys.Values;

    /// <summary>The revision of the copy; 0 before the first one.</summary>
    public long Revision { get; private set; }

    /// <summary>What the keys do not say, but their changes did.</summary>
    public Seen Seen(DateTimeOffset now) => new(_leaders.Since.ToImmutableDictionary(), _instances.Gone(now));

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
                Begin();
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

    private void Begin()
    {
        var kinds = _keys.Values.Select(kv => (Kind: KeyKind.Of(kv, layout), Key: kv)).ToList();
        _leaders.Begin(kinds.Where(one => one.Kind is KeyKind.Candidate).Select(one => (((KeyKind.Candidate)one.Kind).Name, one.Key)));
        _instances.Begin(kinds.Where(one => one.Kind is KeyKind.Service).Select(one => ((KeyKind.Service)one.Kind, one.Key)));
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

            history.AddRange(Tell(change.IsDelete, current, previous, now));
        }

        return history.ToImmutable();
    }

    private IEnumerable<HistoryEntry> Tell(bool isDelete, KeyValue current, KeyValue? previous, DateTimeOffset now)
    {
        var subject = isDelete ? previous : current;
        if (subject is null)
        {
            return [];
        }

        HistoryEntry Entry(string name, string what, long? token = null) => new(now, current.ModRevision.Value, name, what, StoredOwner.NameOf(subject), token);

        switch (KeyKind.Of(subject, layout))
        {
            case KeyKind.Lock held:
                return [isDelete ? Entry(held.Name, "no longer held") : Entry(held.Name, previous is null ? "acquired" : "handed over to", current.ModRevision.Value)];
            case KeyKind.Ticket ticket:
                return isDelete ? [Entry(ticket.Name, "waits no longer")] : previous is null ? [Entry(ticket.Name, "waits")] : [];
            case KeyKind.Shared shared:
                return isDelete ? [Entry(shared.Name, "no longer in")] : previous is null ? [Entry(shared.Name, $"came ({shared.Mode})", current.CreateRevision.Value)] : [];
            case KeyKind.Candidate candidate:
                var own = isDelete ? Entry(candidate.Name, "gone") : previous is null ? Entry(candidate.Name, "campaigns", current.CreateRevision.Value) : Entry(candidate.Name, "proclaims");
                return _leaders.Apply(candidate.Name, previous, isDelete ? null : current, now) is { } leader
                    ? [own, own with { What = "leads", Owner = StoredOwner.NameOf(leader), Token = leader.CreateRevision.Value }]
                    : [own];
            case KeyKind.Service service:
                _instances.Apply(service, subject, isDelete, now);
                return [];
            default:
                return [];
        }
    }
}
