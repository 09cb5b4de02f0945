using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Discovery.Views;

/// <summary>What makes one view of another.</summary>
internal static class ViewDifference
{
    /// <summary>The change of one instance; null when there is none.</summary>
    public static ServiceChange? Between(string service, Revision revision, ServiceInstance? before, ServiceInstance? after) => (before, after) switch
    {
        (null, null) => null,
        (null, { } up) => new ServiceChange.Up(service, revision, up),
        ({ } down, null) => new ServiceChange.Down(service, revision, down),
        ({ } old, { } now) => old.SaysTheSameAs(now) ? null : new ServiceChange.Changed(service, revision, now, old),
    };

    /// <summary>All changes: what is gone first, then what is new or different.</summary>
    public static ImmutableArray<ServiceChange> Between(IReadOnlyDictionary<Bytes, ServiceInstance> before, ServiceView after)
    {
        var now = after.Instances.ToDictionary(i => i.Key);
        var gone = before.Values.Where(i => !now.ContainsKey(i.Key)).Select(i => Between(after.Service, after.Revision, i, null));
        var there = after.Instances.Select(i => Between(after.Service, after.Revision, before.GetValueOrDefault(i.Key), i));
        return [.. gone.Concat(there).OfType<ServiceChange>()];
    }

    public static ImmutableArray<ServiceChange> Between(ServiceView before, ServiceView after) =>
        Between(before.Instances.ToDictionary(i => i.Key), after);
}
