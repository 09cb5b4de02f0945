namespace Coordination.Grpc.Client;

/// <summary>A connection that was given up before a request was sent, because it is not as safe as it was asked to be.</summary>
internal sealed class InsecureConnectionException(GrpcSecurityProblem problem, string message, Exception? cause = null) : IOException(message, cause)
{
    public GrpcSecurityProblem Problem { get; } = problem;
}
