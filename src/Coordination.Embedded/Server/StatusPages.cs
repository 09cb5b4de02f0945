using System.Globalization;

namespace Coordination.Embedded.Server;

/// <summary>The pages that etcd serves over plain HTTP. Of its metrics only those that <c>etcdctl check</c> and simple dashboards ask for.</summary>
internal sealed class StatusPages(NodeHost host)
{
    /// <summary>The page of a path; null when there is none.</summary>
    public (int Status, string Text)? Find(string path) => path switch
    {
        "/version" => (200, $$"""{"etcdserver":"{{host.Options.Version}}","etcdcluster":"{{ClusterVersion}}"}"""),
        "/health" => Health(),
        "/livez" or "/readyz" => (200, "ok\n"),
        "/metrics" => (200, Metrics()),
        _ => null,
    };

    private (int Status, string Text) Health() =>
        host.Read(static node => node.Alarms.Raised.Select(static alarm => MaintenanceReplies.NameOf(alarm.Alarm)).FirstOrDefault()) is { } alarm
            ? (503, $$"""{"health":"false","reason":"ALARM {{alarm}}"}""")
            : (200, """{"health":"true","reason":""}""");

    private string Metrics()
    {
        var (size, term) = host.Read(static node => (MaintenanceReplies.DatabaseSize(node), node.Identity.Term));
        return string.Create(CultureInfo.InvariantCulture, $"""
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes {Environment.WorkingSet}
            # TYPE etcd_server_has_leader gauge
            etcd_server_has_leader 1
            # TYPE etcd_server_is_leader gauge
            etcd_server_is_leader 1
            # TYPE etcd_server_leader_changes_seen_total counter
            etcd_server_leader_changes_seen_total {term - 1}
            # TYPE etcd_mvcc_db_total_size_in_bytes gauge
            etcd_mvcc_db_total_size_in_bytes {size}

            """);
    }

    private string ClusterVersion
    {
        get
        {
            var version = Version.Parse(host.Options.Version);
            return $"{version.Major}.{version.Minor}.0";
        }
    }
}
