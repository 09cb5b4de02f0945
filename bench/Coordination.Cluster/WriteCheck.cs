using Coordination.Cluster.Load;
using Coordination.Etcd;

namespace Coordination.Cluster;

/// <summary>Whether what was reported of each write is what happened.</summary>
internal static class WriteCheck
{
    public static IEnumerable<string> Violations(WriteLoad writes, WrittenHistory history)
    {
        var made = history.Changes.ToLookup(change => change.Current.Value.ToText(), change => change.Current.ModRevision);
        foreach (var (value, revision) in writes.Made)
        {
            if (!made[value].SequenceEqual([revision]))
            {
                yield return $"the write of {value} was acknowledged at revision {revision}, and made at [{string.Join(", ", made[value])}]";
            }
        }

        foreach (var (value, error) in writes.Failed)
        {
            if (made[value].Count() > (error.Outcome == WriteOutcome.NotApplied ? 0 : 1))
            {
                yield return $"the write of {value} was told {error.Outcome} ({error.Message}), and made at [{string.Join(", ", made[value])}]";
            }
        }
    }
}
