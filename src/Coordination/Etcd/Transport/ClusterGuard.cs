namespace Coordination.Etcd.Transport;

/// <summary>
/// Which cluster the endpoints belong to, pure. It is the one that was named, and then no other is admitted; else the first that answers says which is meant. Only
/// when all of them say the same other one has the cluster itself been replaced (restored from a backup, say). Not thread-safe.
/// </summary>
internal sealed class ClusterGuard(int endpoints, ulong? named = null)
{
    private readonly ulong[] _said = new ulong[endpoints];

    /// <summary>The cluster that is meant; 0 before anybody answered.</summary>
    public ulong Cluster { get; private set; } = named ?? 0;

    /// <summary>Whether an endpoint that says it is of this cluster may be used.</summary>
    public bool Admits(int endpoint, ulong cluster)
    {
        _said[endpoint] = cluster;
        if (named is null && (Cluster == 0 || Array.TrueForAll(_said, said => said == cluster)))
        {
            Cluster = cluster;
        }

        return cluster == Cluster;
    }
}
