using Coordination.Etcd;

namespace Coordination.Discovery.Layouts;

/// <summary>A key of an instance as it shall be.</summary>
internal readonly record struct KeyEntry(Bytes Key, Bytes Value);
