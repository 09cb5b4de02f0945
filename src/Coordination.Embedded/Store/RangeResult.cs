using Mvccpb;

namespace Coordination.Embedded.Store;

/// <summary>The pairs that were read (perhaps fewer than there are, when a limit was given) and how many there are in all.</summary>
internal readonly record struct RangeResult(List<KeyValue> Pairs, long Count);
