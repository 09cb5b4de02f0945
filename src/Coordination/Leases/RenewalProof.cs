namespace Coordination;

/// <summary>
/// When a renewal of a lease must be proven. A member of etcd before 3.4.31 and 3.5.13 that has lost its leadership without knowing it yet still acknowledges
/// renewals, also of leases that may already have run out with the new leader. The proof is a linearizable read after the acknowledgement, answered
/// by the same member in the same raft term: then that term's leader still had its quorum.
/// </summary>
public enum RenewalProof
{
    /// <summary>When the server is older than that, or its version cannot be found out. The default.</summary>
    Auto,

    /// <summary>Always: one more read for each renewal.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
