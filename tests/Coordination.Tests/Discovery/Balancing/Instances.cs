using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery.Balancing;

/// <summary>Instances of the service that these tests are about.</summary>
internal static class Instances
{
    public const string Service = "greeter";

    public static ServiceInstance Of(string id, int weight = 100, string? zone = null, InstanceState state = InstanceState.Serving, string? scheme = null, int lease = 1) => new()
    {
        Service = Service,
        Id = id,
        Host = $"{id}.test",
        Port = 5000,
        Weight = weight,
        Zone = zone,
        State = state,
        Scheme = scheme,
        Lease = new LeaseId(lease),
    };

    public static ImmutableArray<ServiceInstance> Many(int count) => [.. Enumerable.Range(1, count).Select(n => Of($"i{n}"))];

    public static ServiceView View(params ImmutableArray<ServiceInstance> instances) => new(Service, instances, new Revision(7), IsStale: false, []);
}
