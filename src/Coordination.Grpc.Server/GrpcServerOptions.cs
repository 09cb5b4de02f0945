namespace Coordination.Grpc.Server;

/// <summary>Limits of the gRPC endpoints of a server.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>The largest request message that is accepted, in bytes. Default 4 MiB.</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>The largest response message that is sent, in bytes. Default: no limit but 2 GiB.</summary>
    public int MaxSendMessageSize { get; init; } = int.MaxValue;

    /// <summary>The clock for deadlines. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Ends all calls with status Unavailable when it is cancelled. Streams would otherwise keep a stopping server open.</summary>
    public CancellationToken Stopping { get; init; }
}
