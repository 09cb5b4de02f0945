namespace Coordination.Etcd;

/// <summary>A key as it is stored.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; empty when only keys were asked for, and in a deletion.</param>
/// <param name="CreateRevision">The revision that created the key; it stays until the key is deleted.</param>
/// <param name="ModRevision">The revision of the last change.</param>
/// <param name="Version">1 when created, one more with each change; 0 in a deletion.</param>
/// <param name="Lease">The lease that the key lives on, or none.</param>
public sealed record KeyValue(Bytes Key, Bytes Value, Revision CreateRevision, Revision ModRevision, long Version, LeaseId Lease);
