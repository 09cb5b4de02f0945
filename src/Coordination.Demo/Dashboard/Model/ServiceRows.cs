using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Reads services out of their keys, as discovery does.</summary>
internal static class ServiceRows
{
    public static ServiceRow Of(string name, IEnumerable<(Bytes Group, KeyValue Key)> keys, IEnumerable<GoneInstance> gone, ServiceLayout layout)
    {
        var instances = ImmutableArray.CreateBuilder<InstanceRow>();
        var setAside = ImmutableArray.CreateBuilder<SetAside>();
        foreach (var group in keys.GroupBy(key => key.Group, key => key.Key).OrderBy(group => group.Key))
        {
            var (instance, problem) = layout.Read(name, group.Key, [.. group.OrderBy(kv => kv.Key)]);
            if (instance is null)
            {
                setAside.Add(new SetAside(group.Key.ToString(), problem ?? "it cannot be understood"));
            }
            else
            {
                instances.Add(new InstanceRow(
                    instance.Id, instance.Address, TextOf(instance.State), instance.Weight, instance.Zone, instance.Version, instance.Lease.IsNone ? "" : instance.Lease.ToString()));
            }
        }

        return new ServiceRow(name, instances.ToImmutable(), setAside.ToImmutable(), [.. gone.Select(one => new GoneRow(one.Id, one.Address, TextOf(one.State), one.At))]);
    }

    private static string TextOf(InstanceState state) => state.ToString().ToLowerInvariant();
}
