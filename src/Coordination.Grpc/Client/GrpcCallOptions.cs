namespace Coordination.Grpc;

/// <summary>What one call asks for beyond its message.</summary>
public readonly record struct GrpcCallOptions
{
    /// <summary>
    /// How long the call may take. Default: no limit, like <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. Zero or less: the time is up before
    /// anything is sent. For a duplex call it covers the whole life of the stream.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Request metadata. Default: none.</summary>
    public GrpcMetadata? Metadata { get; init; }

    internal TimeSpan? Limit => Timeout == System.Threading.Timeout.InfiniteTimeSpan ? null : Timeout;
}
