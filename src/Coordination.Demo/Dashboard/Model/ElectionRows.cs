using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Reads elections out of their keys.</summary>
internal static class ElectionRows
{
    /// <summary>An election: the candidates in the order of their create revisions; the first one leads.</summary>
    public static ElectionRow Of(string name, IEnumerable<KeyValue> candidates, IReadOnlyDictionary<string, StoredCard> cards, DateTimeOffset? leadsSince, string? transferTo) => new(
        name,
        [
            .. candidates.OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key).Select(kv =>
            {
                var lease = kv.Lease.ToString();
                var card = cards.GetValueOrDefault(lease);
                return new CandidateRow(StoredOwner.TextOf(kv.Value), card?.Name, card?.Priority, kv.CreateRevision.Value, lease);
            }),
        ],
        leadsSince,
        transferTo);

    /// <summary>
    /// Whether keys of etcd's form are candidates: etcd's mutexes look the same, but have nothing to proclaim, and nobody has put cards beside them.
    /// </summary>
    public static bool IsElection(IEnumerable<KeyValue> keys, bool hasCards) => hasCards || keys.Any(kv => !kv.Value.IsEmpty);
}
