namespace Coordination.Etcd.Transport.Connections;

/// <summary>A connection that was given up before a request was sent, because it is not as safe as it was asked to be.</summary>
internal sealed class InsecureConnectionException(EtcdSecurityProblem problem, string message, Exception? cause = null) : IOException(message, cause)
{
    public EtcdSecurityProblem Problem { get; } = problem;
}
