using Coordination.Embedded.Leases;

namespace Coordination.Embedded.Store;

/// <summary>The changes of one revision, in the order in which the transaction made them.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Changes">At least one change.</param>
/// <param name="Revoked">The lease whose end made the changes, if it was that.</param>
internal sealed record Commit(long Revision, Change[] Changes, Lease? Revoked);
