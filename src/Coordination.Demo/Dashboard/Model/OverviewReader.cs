using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Reads everything that is shown out of the keys of etcd. Pure: the same keys give the same overview.</summary>
internal sealed class OverviewReader
{
    private readonly SortedDictionary<string, (KeyValue? Key, List<KeyValue> Tickets)> _locks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<(KeyValue, string)>> _shared = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<KeyValue>> _candidates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, StoredCard>> _cards = [];
    private readonly Dictionary<string, string> _wishes = [];
    private readonly SortedDictionary<string, List<(Bytes, KeyValue)>> _services = new(StringComparer.Ordinal);
    private readonly List<KeyValue> _others = [];
    private readonly SessionRows _sessions = new();

    private OverviewReader()
    {
    }

    public static Overview Read(IEnumerable<KeyValue> keys, ServiceLayout layout, IReadOnlyDictionary<LeaseId, LeaseAnswer> leases, Seen seen, EtcdCondition etcd)
    {
        var reader = new OverviewReader();
        foreach (var kv in keys)
        {
            reader.Sort(kv, KeyKind.Of(kv, layout));
        }

        return reader.Make(layout, leases, seen, etcd);
    }

    private void Sort(KeyValue kv, KeyKind kind)
    {
        switch (kind)
        {
            case KeyKind.Lock held:
                _locks[held.Name] = (kv, TicketsOf(held.Name));
                break;
            case KeyKind.Ticket ticket:
                TicketsOf(ticket.Name).Add(kv);
                break;
            case KeyKind.Shared entry:
                ListOf(_shared, entry.Name).Add((kv, entry.Mode));
                break;
            case KeyKind.Candidate candidate:
                ListOf(_candidates, candidate.Name).Add(kv);
                break;
            case KeyKind.Card card when StoredCard.Read(kv.Value) is { } stored:
                (_cards.TryGetValue(card.Name, out var cards) ? cards : _cards[card.Name] = [])[card.Lease] = stored;
                break;
            case KeyKind.Wish wish:
                _wishes[wish.Name] = StoredOwner.TextOf(kv.Value);
                break;
            case KeyKind.Service service:
                ListOf(_services, service.Name).Add((service.Group, kv));
                break;
            default:
                _others.Add(kv);
                break;
        }

        _sessions.Add(kv, kind);
    }

    private Overview Make(ServiceLayout layout, IReadOnlyDictionary<LeaseId, LeaseAnswer> leases, Seen seen, EtcdCondition etcd)
    {
        // Keys of locks may hold anything; who waits for one says that it is a lock.
        foreach (var kv in _others.Where(kv => _locks.ContainsKey(kv.Key.ToString())).ToList())
        {
            _locks[kv.Key.ToString()] = (kv, TicketsOf(kv.Key.ToString()));
            _others.Remove(kv);
        }

        // A service of which everybody has gone has no keys.
        var gone = seen.Gone.ToLookup(one => one.Service);
        foreach (var service in gone)
        {
            ListOf(_services, service.Key);
        }

        var isElection = _candidates.ToLookup(group => ElectionRows.IsElection(group.Value, _cards.ContainsKey(group.Key)));
        var overview = new Overview(
            etcd,
            [
                .. _locks.Select(one => LockRows.OfKey(one.Key, one.Value.Key, one.Value.Tickets))
                    .Concat(_shared.Select(one => LockRows.OfShared(one.Key, one.Value)))
                    .Concat(isElection[false].Select(one => LockRows.OfMutex(one.Key, one.Value)))
                    .OrderBy(row => row.Name, StringComparer.Ordinal),
            ],
            [.. isElection[true].Select(one => ElectionRows.Of(
                one.Key, one.Value, _cards.GetValueOrDefault(one.Key, []), seen.LeadsSince.TryGetValue(one.Key, out var since) ? since : null, _wishes.GetValueOrDefault(one.Key)))],
            [.. _services.Select(one => ServiceRows.Of(one.Key, one.Value, gone[one.Key], layout))],
            _sessions.Rows(leases),
            []);
        return overview with { Problems = Problems.In(overview, _locks.Values.Select(one => one.Key), _others) };
    }

    private List<KeyValue> TicketsOf(string name)
    {
        if (!_locks.TryGetValue(name, out var found))
        {
            _locks[name] = found = (null, []);
        }

        return found.Tickets;
    }

    private static List<T> ListOf<T>(SortedDictionary<string, List<T>> lists, string name)
    {
        if (!lists.TryGetValue(name, out var list))
        {
            lists[name] = list = [];
        }

        return list;
    }
}
