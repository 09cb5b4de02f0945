using Coordination.Etcd;

namespace Coordination;

/// <summary>How a leader-only service takes part in its election.</summary>
public sealed class LeaderOnlyOptions
{
    /// <summary>What is proclaimed. Default: <see cref="CoordinationOptions.Owner"/>.</summary>
    public Bytes? Value { get; set; }

    /// <summary>The name of the system that it uses. Default: the system without a name.</summary>
    public string? System { get; set; }

    /// <summary>The candidate's name, priority and TTL.</summary>
    public CampaignOptions Campaign { get; set; } = new();
}
