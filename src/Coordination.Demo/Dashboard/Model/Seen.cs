using System.Collections.Immutable;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>What is not in the keys of etcd, but was seen when they changed.</summary>
/// <param name="LeadsSince">Since when the leader of an election leads.</param>
/// <param name="Gone">Who has gone lately.</param>
internal sealed record Seen(IReadOnlyDictionary<string, DateTimeOffset> LeadsSince, ImmutableArray<GoneInstance> Gone)
{
    /// <summary>Nothing was seen.</summary>
    public static Seen Nothing { get; } = new(ImmutableDictionary<string, DateTimeOffset>.Empty, []);
}
