using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Follows which instances go, which nothing in etcd says any more: one that died, or was taken out.</summary>
internal sealed class InstanceWatch(ServiceLayout layout)
{
    /// <summary>Beyond it the oldest are forgotten.</summary>
    public const int MostGone = 100;

    /// <summary>Beyond it it is no news.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    // Every layout whose services can be told from other keys has one key for each instance.
    private readonly Dictionary<Bytes, ServiceInstance> _instances = [];
    private readonly List<GoneInstance> _gone = [];

    /// <summary>Who has gone lately and has not come back, the latest last.</summary>
    public ImmutableArray<GoneInstance> Gone(DateTimeOffset now) => [.. _gone.Where(gone => now - gone.At < Memory)];

    /// <summary>Begins with keys whose past is not known.</summary>
    public void Begin(IEnumerable<(KeyKind.Service Group, KeyValue Key)> keys)
    {
        _instances.Clear();
        foreach (var (group, key) in keys)
        {
            Apply(group, key, isDelete: false, DateTimeOffset.MinValue);
        }
    }

    /// <summary>Takes over a change of the key of an instance.</summary>
    public void Apply(KeyKind.Service group, KeyValue key, bool isDelete, DateTimeOffset now)
    {
        if (!isDelete)
        {
            if (layout.Read(group.Name, group.Group, [key]).Instance is { } instance)
            {
                _instances[key.Key] = instance;
                _gone.RemoveAll(gone => gone.Service == instance.Service && gone.Id == instance.Id);
            }
        }
        else if (_instances.Remove(key.Key, out var before))
        {
            _gone.Add(new GoneInstance(before.Service, before.Id, before.Address, before.State, now));
            _gone.RemoveRange(0, Math.Max(0, _gone.Count - MostGone));
        }
    }
}

/// <summary>An instance that is there no longer.</summary>
/// <param name="Service">The service.</param>
/// <param name="Id">The instance.</param>
/// <param name="Address">Where it was.</param>
/// <param name="State">In which state it was.</param>
/// <param name="At">When this program heard that it has gone.</param>
internal sealed record GoneInstance(string Service, string Id, string Address, InstanceState State, DateTimeOffset At);
