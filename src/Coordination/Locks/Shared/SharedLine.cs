using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>Entries of a shared lock as etcd showed them at one revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="KeyValues">The entries.</param>
/// <param name="IsFull">Whether all are there; else those that readers need: all writers, and what is our own.</param>
internal sealed record SharedLine(Revision Revision, ImmutableArray<KeyValue> KeyValues, bool IsFull)
{
    public KeyValue? Find(Bytes key) => KeyValues.FirstOrDefault(kv => kv.Key == key);

    /// <summary>Those that came before an entry, the oldest first.</summary>
    public ImmutableArray<KeyValue> Before(KeyValue own) =>
        [.. KeyValues.Where(kv => IsBefore(kv, own)).OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key)];

    // Whoever puts several keys in one transaction gives them one revision: then their keys decide, the same everywhere.
    private static bool IsBefore(KeyValue kv, KeyValue own) =>
        kv.CreateRevision < own.CreateRevision || (kv.CreateRevision == own.CreateRevision && kv.Key < own.Key);
}
