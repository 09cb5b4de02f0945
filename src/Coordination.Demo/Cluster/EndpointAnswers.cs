using Coordination.Etcd;

namespace Coordination.Demo.Cluster;

/// <summary>What came of asking an endpoint.</summary>
internal interface IEndpointAnswer
{
    /// <summary>Whether it is as it should be.</summary>
    bool IsGood { get; }
}

/// <summary>A status; null: there was no answer.</summary>
internal sealed record StatusAnswer(string Endpoint, EndpointStatus? Status) : IEndpointAnswer
{
    public bool IsGood => Status is not null;
}

/// <summary>How long a linearizable read took; with a problem: why there was none.</summary>
internal sealed record HealthAnswer(string Endpoint, TimeSpan Took, string? Problem) : IEndpointAnswer
{
    public bool IsGood => Problem is null;
}
