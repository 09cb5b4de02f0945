using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>What somebody should look at.</summary>
internal static class Problems
{
    private const string Error = "error";
    private const string Warning = "warning";

    /// <summary>A session renews its lease every third of the TTL. So late, something is wrong with it.</summary>
    private const double LateShare = 0.4;

    public static ImmutableArray<Problem> In(Overview overview, IEnumerable<KeyValue?> lockKeys, IEnumerable<KeyValue> others) =>
    [
        .. OfEtcd(overview.Etcd),
        .. lockKeys.Where(kv => kv?.Lease.IsNone is true).Select(kv => new Problem(
            Warning, kv!.Key.ToString(), "The lock's key has no lease: it stays when its holder dies, until somebody deletes it.")),
        .. overview.Locks.SelectMany(OfLock),
        .. overview.Elections.SelectMany(election => OfElection(election, others)),
        .. overview.Services.SelectMany(OfService),
        .. overview.Sessions.SelectMany(OfSession),
    ];

    private static IEnumerable<Problem> OfEtcd(EtcdCondition etcd)
    {
        if (!etcd.IsConnected)
        {
            yield return new Problem(Error, "etcd", etcd.Revision == 0 ? $"Not read yet: {etcd.Error ?? "no answer so far"}" : $"Cannot be watched; what is shown may be old: {etcd.Error}");
        }
    }

    private static IEnumerable<Problem> OfLock(LockRow row)
    {
        var limits = row.Holders.Concat(row.Waiters).Where(claim => claim.Mode?.Contains(" of ", StringComparison.Ordinal) is true).Select(claim => claim.Mode!.Split(" of ")[1]).Distinct().ToList();
        if (limits.Count > 1)
        {
            yield return new Problem(Warning, row.Name, $"Its users disagree on the number of permits: {string.Join(", ", limits)}.");
        }
    }

    private static IEnumerable<Problem> OfElection(ElectionRow election, IEnumerable<KeyValue> others)
    {
        var strays = others.Select(kv => kv.Key.ToString()).Where(key => key.StartsWith(election.Name + "/", StringComparison.Ordinal)).ToList();
        if (strays.Count > 0)
        {
            yield return new Problem(
                Warning, election.Name, $"{(strays.Count == 1 ? "A key lies" : $"{strays.Count} keys lie")} under the election's name that {(strays.Count == 1 ? "is" : "are")} no candidate: {string.Join(", ", strays.Take(3))}. Programs with etcd's own client wait for it.");
        }
    }

    private static IEnumerable<Problem> OfService(ServiceRow service)
    {
        foreach (var entry in service.SetAside)
        {
            yield return new Problem(Warning, service.Name, $"The entry {entry.Key} is set aside: {entry.Reason}");
        }

        foreach (var twins in service.Instances.GroupBy(instance => instance.Address).Where(group => group.Count() > 1))
        {
            yield return new Problem(Warning, service.Name, $"{twins.Key} is registered {twins.Count()} times: {string.Join(", ", twins.Select(instance => instance.Id))}.");
        }
    }

    private static IEnumerable<Problem> OfSession(SessionRow session)
    {
        if (session is { TtlSeconds: { } ttl and > 0, RemainingSeconds: { } remaining } && remaining < ttl * LateShare)
        {
            yield return new Problem(
                Warning, session.Owner ?? $"lease {session.Lease}", $"Its lease is not being renewed: {Math.Max(0, remaining):0} of {ttl:0} s were left. When it ends, this goes: {string.Join(", ", session.Carries.Take(3))}{(session.Carries.Length > 3 ? "…" : "")}.");
        }
    }
}
