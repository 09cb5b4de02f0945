using System.Globalization;
using Coordination.Etcd.Security;
using Coordination.Etcd.Transport.Connections;
using Grpc.Core;

namespace Coordination.Etcd.Transport;

/// <summary>What a failed call means: its kind, and whether a write may have been applied.</summary>
internal static class EtcdErrors
{
    public static EtcdException Describe(CallFailure failure, Uri endpoint, Exception? cause = null)
    {
        var problem = failure.FromServer ? SecurityAdvice.ProblemOf(failure.Detail) : failure.SecurityProblem;
        var kind = problem == EtcdSecurityProblem.None ? KindOf(failure) : SecurityAdvice.KindOf(problem);
        var message = AtEndpoint($"{Message(failure).TrimEnd('.')}{SecurityAdvice.For(problem)}", endpoint);
        return new EtcdException(kind, OutcomeOf(failure, kind), message, endpoint, cause) { SecurityProblem = problem, IsAnswer = failure.FromServer };
    }

    /// <summary>The failure of what had to be done before a request: of the request, nothing was sent.</summary>
    public static EtcdException NothingSent(EtcdException why, string message) =>
        new(why.Kind, WriteOutcome.NotApplied, message, why.Endpoint, why.InnerException) { SecurityProblem = why.SecurityProblem };

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
        return new EtcdException(kind, WriteOutcome.NotApplied, AtEndpoint(message, endpoint), endpoint)
        {
            CompactRevision = new Revision(compactRevision),
            SecurityProblem = problem,
        };
    }

    public static EtcdException StreamEnded(Exception? cause, Uri endpoint) => cause switch
    {
        EtcdException etcd => etcd,
        null => new EtcdException(
            CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, AtEndpoint("The server ended the stream", endpoint), endpoint),
        OperationCanceledException => new EtcdException(
            CoordinationErrorKind.Stopped, WriteOutcome.Unknown, AtEndpoint("The stream was closed", endpoint), endpoint, cause),
        _ => new EtcdException(
            CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, AtEndpoint($"The stream broke: {cause.Message}", endpoint), endpoint, cause),
    };

    public static string Name(Uri endpoint) => endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    // What failed below gRPC often names the endpoint itself; once is enough.
    private static string AtEndpoint(string message, Uri endpoint) =>
        message.Contains(Name(endpoint), StringComparison.Ordinal) ? message : $"{message} (endpoint {Name(endpoint)})";

    private static string Message(CallFailure error) => error.Detail.Length > 0 ? error.Detail : error.Status.ToString();

    private static CoordinationErrorKind KindOf(CallFailure error) => error.Status switch
    {
        StatusCode.Unavailable when Says(error, "no leader") => CoordinationErrorKind.NoLeader,
        StatusCode.Unavailable when Says(error, "request timed out") => CoordinationErrorKind.Timeout,
        StatusCode.Unavailable => CoordinationErrorKind.Unavailable,

        // What etcd says when it notices the end of a request's time, or its own, before we do.
        StatusCode.Unknown when Says(error, "context deadline exceeded") || Says(error, "context canceled") => CoordinationErrorKind.Timeout,

        // What stands before an etcd may pass the words on and not the code.
        StatusCode.Unknown when Says(error, "lease not found") => CoordinationErrorKind.LeaseNotFound,
        StatusCode.Unknown when Says(error, "lease already exists") => CoordinationErrorKind.LeaseAlreadyExists,
        StatusCode.Unknown when Says(error, "revision has been compacted") => CoordinationErrorKind.Compacted,
        StatusCode.Unknown when Says(error, "is a future revision") => CoordinationErrorKind.FutureRevision,
        StatusCode.Unknown when Says(error, "no leader") => CoordinationErrorKind.NoLeader,
        StatusCode.DeadlineExceeded or StatusCode.Cancelled => CoordinationErrorKind.Timeout,
        StatusCode.NotFound when Says(error, "lease not found") => CoordinationErrorKind.LeaseNotFound,
        StatusCode.FailedPrecondition when Says(error, "lease already exists") => CoordinationErrorKind.LeaseAlreadyExists,
        StatusCode.OutOfRange when Says(error, "compacted") => CoordinationErrorKind.Compacted,
        StatusCode.OutOfRange when Says(error, "future revision") => CoordinationErrorKind.FutureRevision,
        StatusCode.ResourceExhausted when !error.FromServer => CoordinationErrorKind.TooLarge,
        StatusCode.ResourceExhausted => CoordinationErrorKind.NoSpace,
        StatusCode.InvalidArgument when Says(error, "too large") || Says(error, "too many operations") => CoordinationErrorKind.TooLarge,
        StatusCode.Unauthenticated => CoordinationErrorKind.Unauthenticated,
        StatusCode.PermissionDenied => CoordinationErrorKind.PermissionDenied,
        StatusCode.InvalidArgument or StatusCode.OutOfRange => CoordinationErrorKind.InvalidRequest,
        StatusCode.Internal when !error.FromServer => CoordinationErrorKind.ProtocolError,
        StatusCode.Unknown when !error.FromServer => CoordinationErrorKind.ProtocolError,
        _ => CoordinationErrorKind.Server,
    };

    // etcd refuses these before it proposes anything to raft. Everything else that came after the request was sent may have been
    // applied: a timeout, a lost connection, a server that stopped, also "leader changed".
    private static WriteOutcome OutcomeOf(CallFailure error, CoordinationErrorKind kind)
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
        return refused || error is { FromServer: true, Status: StatusCode.Unimplemented } ? WriteOutcome.NotApplied : WriteOutcome.Unknown;
    }

    private static bool Says(CallFailure error, string text) => error.Detail.Contains(text, StringComparison.Ordinal);
}
