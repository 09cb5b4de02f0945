using System.Collections.Immutable;
using Coordination.Discovery.Layouts;
using Coordination.Etcd;

namespace Coordination.Discovery.Views;

/// <summary>The keys of one instance as they are in etcd, and what they say.</summary>
internal sealed record EntryGroup(ImmutableArray<KeyValue> Keys, InstanceReading Reading)
{
    public static EntryGroup Empty { get; } = new([], default);
}

/// <summary>All keys of one service.</summary>
internal sealed record ServiceEntries(ImmutableSortedDictionary<Bytes, EntryGroup> Groups)
{
    public static ServiceEntries Empty { get; } = new(ImmutableSortedDictionary<Bytes, EntryGroup>.Empty);
}
