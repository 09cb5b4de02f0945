using System.Globalization;
using Coordination.Etcd.Security;
using Coordination.Grpc;

namespace Coordination.Etcd.Transport;

/// <summary>What a failed call means: its kind, and whether a write may have been applied.</summary>
internal static class EtcdErrors
{
    public static EtcdException Describe(GrpcException error, Uri endpoint)
    {
        var problem = SecurityAdvice.ProblemOf(error);
        var kind = problem == EtcdSecurityProblem.None ? KindOf(error) : SecurityAdvice.KindOf(problem);
        var message = $"{Message(error).TrimEnd('.')}{SecurityAdvice.For(problem)} (endpoint {Name(endpoint)})";
        return new EtcdException(kind, OutcomeOf(error, kind), message, endpoint, error) { SecurityProblem = problem };
    }

    /// <summary>The cause of a watch that the server cancelled or refused.</summary>
    public static EtcdException WatchCancelled(string reason, long compactRevision, Uri endpoint)
    {
        var problem = SecurityAdvice.ProblemOf(reason);
        var kind = compactRevision > 0 ? CoordinationErrorKind.Compacted
            : problem != EtcdSecurityProblem.None ? SecurityAdvice.KindOf(problem)
            : reason.Contains("no leader", StringComparison.Ordinal) ? CoordinationErrorKind.NoLeader
            : CoordinationErrorKind.Server;
        var message = compactRevision > 0
            ? string.Create(CultureInfo.InvariantCulture, $"The history before revision {compactRevision} has been compacted")
            : reason.Length > 0 ? reason + SecurityAdvice.For(problem) : "The server cancelled the watch without a reason";
        return new EtcdException(kind, WriteOutcome.NotApplied, $"{message} (endpoint {Name(endpoint)})", endpoint)
        {
            CompactRevision = new Revision(compactRevision),
            SecurityProblem = problem,
        };
    }

    public static EtcdException StreamEnded(Exception? cause, Uri endpoint) => cause switch
    {
        EtcdException etcd => etcd,
        GrpcException grpc => Describe(grpc, endpoint),
        null => new EtcdException(
            CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, $"The server ended the stream (endpoint {Name(endpoint)})", endpoint),
        OperationCanceledException => new EtcdException(
            CoordinationErrorKind.Stopped, WriteOutcome.Unknown, $"The stream was closed (endpoint {Name(endpoint)})", endpoint, cause),
        _ => new EtcdException(
            CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, $"The stream broke: {cause.Message} (endpoint {Name(endpoint)})", endpoint, cause),
    };

    public static string Name(Uri endpoint) => endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static string Message(GrpcException error) => error.Detail.Length > 0 ? error.Detail : error.Status.ToString();

    private static CoordinationErrorKind KindOf(GrpcException error) => error.Status switch
    {
        GrpcStatusCode.Unavailable when Says(error, "no leader") => CoordinationErrorKind.NoLeader,
        GrpcStatusCode.Unavailable when Says(error, "request timed out") => CoordinationErrorKind.Timeout,
        GrpcStatusCode.Unavailable => CoordinationErrorKind.Unavailable,

        // What etcd says when it notices the end of a request's time, or its own, before we do.
        GrpcStatusCode.Unknown when Says(error, "context deadline exceeded") || Says(error, "context canceled") => CoordinationErrorKind.Timeout,
        GrpcStatusCode.DeadlineExceeded or GrpcStatusCode.Cancelled => CoordinationErrorKind.Timeout,
        GrpcStatusCode.NotFound when Says(error, "lease not found") => CoordinationErrorKind.LeaseNotFound,
        GrpcStatusCode.FailedPrecondition when Says(error, "lease already exists") => CoordinationErrorKind.LeaseAlreadyExists,
        GrpcStatusCode.OutOfRange when Says(error, "compacted") => CoordinationErrorKind.Compacted,
        GrpcStatusCode.OutOfRange when Says(error, "future revision") => CoordinationErrorKind.FutureRevision,
        GrpcStatusCode.ResourceExhausted when !error.FromServer => CoordinationErrorKind.TooLarge,
        GrpcStatusCode.ResourceExhausted => CoordinationErrorKind.NoSpace,
        GrpcStatusCode.InvalidArgument when Says(error, "too large") || Says(error, "too many operations") => CoordinationErrorKind.TooLarge,
        GrpcStatusCode.Unauthenticated => CoordinationErrorKind.Unauthenticated,
        GrpcStatusCode.PermissionDenied => CoordinationErrorKind.PermissionDenied,
        GrpcStatusCode.InvalidArgument or GrpcStatusCode.OutOfRange => CoordinationErrorKind.InvalidRequest,
        GrpcStatusCode.Internal when !error.FromServer => CoordinationErrorKind.ProtocolError,
        GrpcStatusCode.Unknown when !error.FromServer => CoordinationErrorKind.ProtocolError,
        _ => CoordinationErrorKind.Server,
    };

    // etcd refuses these before it proposes anything to raft. Everything else that came after the request was sent may have been
    // applied: a timeout, a lost connection, a server that stopped, also "leader changed".
    private static WriteOutcome OutcomeOf(GrpcException error, CoordinationErrorKind kind)
    {
        if (!error.RequestSent)
        {
            return WriteOutcome.NotApplied;
        }

        var refused = error.FromServer && kind
            is CoordinationErrorKind.InvalidRequest
            or CoordinationErrorKind.LeaseNotFound
            or CoordinationErrorKind.LeaseAlreadyExists
            or CoordinationErrorKind.Compacted
            or CoordinationErrorKind.FutureRevision
            or CoordinationErrorKind.NoSpace
            or CoordinationErrorKind.TooLarge
            or CoordinationErrorKind.PermissionDenied
            or CoordinationErrorKind.Unauthenticated
            or CoordinationErrorKind.NoLeader;
        return refused || error is { FromServer: true, Status: GrpcStatusCode.Unimplemented } ? WriteOutcome.NotApplied : WriteOutcome.Unknown;
    }

    private static bool Says(GrpcException error, string text) => error.Detail.Contains(text, StringComparison.Ordinal);
}
