namespace Coordination.Embedded.Server;

/// <summary>The two JSON pages that etcd serves over plain HTTP.</summary>
internal sealed class StatusPages(NodeHost host)
{
    /// <summary>The page of a path; null when there is none.</summary>
    public (int Status, string Json)? Find(string path) => path switch
    {
        "/version" => (200, $$"""{"etcdserver":"{{host.Options.Version}}","etcdcluster":"{{ClusterVersion}}"}"""),
        "/health" => host.Read(static node => node.Alarms.Raised.Count) == 0 ? (200, """{"health":"true"}""") : (503, """{"health":"false"}"""),
        _ => null,
    };

    private string ClusterVersion
    {
        get
        {
            var version = Version.Parse(host.Options.Version);
            return $"{version.Major}.{version.Minor}.0";
        }
    }
}
