namespace Coordination.Grpc;

/// <summary>
/// A call that ended with a status other than <see cref="GrpcStatusCode.OK"/>. A server's handler throws it to end the call with that status;
/// a client gets it with the server's status, or with the status that describes why no reply came.
/// </summary>
public sealed class GrpcException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="status">The status, not <see cref="GrpcStatusCode.OK"/>.</param>
    /// <param name="detail">The <c>grpc-message</c>: what happened, for a person.</param>
    /// <param name="innerException">The cause, when the status was not sent by the peer.</param>
    public GrpcException(GrpcStatusCode status, string detail, Exception? innerException = null)
        : base($"{status}: {detail}", innerException)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)status, (int)GrpcStatusCode.OK, nameof(status));
        Status = status;
        Detail = detail;
    }

    /// <summary>The status of the call.</summary>
    public GrpcStatusCode Status { get; }

    /// <summary>The peer's message, or what the client saw.</summary>
    public string Detail { get; }

    /// <summary>
    /// Whether any part of the request message may have left this process. When false the server cannot have acted on it,
    /// and the call can be repeated elsewhere whatever it was.
    /// </summary>
    public bool RequestSent { get; init; } = true;

    /// <summary>True when the status came from the server in headers or trailers, false when this side made it up.</summary>
    public bool FromServer { get; init; }

    /// <summary>Why the connection could not be made as safe as it was asked to be, when that is the reason.</summary>
    public GrpcSecurityProblem SecurityProblem { get; init; }

    /// <summary>The trailing metadata that came with the status.</summary>
    public GrpcMetadata Trailers { get; init; } = GrpcMetadata.Empty;
}
