using Mvccpb;

namespace Coordination.Embedded.Store;

/// <summary>
/// One version of a key. <see cref="Pair"/> is shared by every reply that shows it and is never changed; of a tombstone it has only the key
/// and the revision of the deletion.
/// </summary>
internal readonly record struct KeyVersion(Revision Revision, KeyValue Pair, bool IsTombstone);
