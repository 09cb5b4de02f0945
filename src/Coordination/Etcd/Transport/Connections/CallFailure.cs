using Google.Protobuf;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>What is known of a call that failed.</summary>
/// <param name="Status">The server's status, or the one that describes what this side saw.</param>
/// <param name="Detail">What happened, for a person.</param>
internal sealed record CallFailure(StatusCode Status, string Detail)
{
    /// <summary>Whether any of the request may have left. When not, the server cannot have acted on it.</summary>
    public bool RequestSent { get; init; } = true;

    /// <summary>Whether the server itself said so.</summary>
    public bool FromServer { get; init; }

    /// <summary>Why the connection could not be made as safe as it was asked to be, when that is the reason.</summary>
    public EtcdSecurityProblem SecurityProblem { get; init; }

    /// <summary>What an exception of the library means, together with what was seen below it.</summary>
    /// <param name="error">What the library threw.</param>
    /// <param name="mark">What was seen of the request.</param>
    /// <param name="name">The server, for the message.</param>
    /// <param name="endedHere">Why this side ended the call, if it did. What HTTP throws then depends on where the call was.</param>
    public static CallFailure Of(Exception error, RequestMark mark, string name, CallFailure? endedHere)
    {
        var status = (error as RpcException)?.Status ?? new Status(StatusCode.Unavailable, error.Message, error);
        if (mark.ServerStatus is { } said && said == status.StatusCode)
        {
            return new(status.StatusCode, status.Detail) { FromServer = true };
        }

        var cause = mark.Failure ?? status.DebugException;
        return InsecurityOf(cause) is { } insecure
                ? new(StatusCode.Unavailable, $"Cannot connect to {name}: {insecure.Message}") { RequestSent = false, SecurityProblem = insecure.Problem }
            : cause is HttpRequestException { HttpRequestError: var kind } && NeverConnected(kind)
                ? new(StatusCode.Unavailable, $"Cannot connect to {name}: {Innermost(cause)}") { RequestSent = false, SecurityProblem = ProblemOf(kind) }
            : (endedHere ?? (mark.Failure is not null || error is not RpcException || IsOfConnection(cause)
                ? new(StatusCode.Unavailable, $"The connection to {name} failed: {Innermost(cause!)}")
                : NotGrpc(status, cause))) with { RequestSent = mark.WasSent() };
    }

    // Content of another type, and a reply without a status, the library calls a cancellation.
    private static CallFailure NotGrpc(Status status, Exception? cause) => new(
        cause is null && status.StatusCode is not StatusCode.Cancelled ? status.StatusCode : StatusCode.Internal,
        $"Protocol error: {cause?.Message ?? status.Detail}");

    // Bytes that are no message are an I/O error to Protobuf.
    private static bool IsOfConnection(Exception? cause) => cause is HttpRequestException or IOException and not InvalidProtocolBufferException;

    private static EtcdSecurityProblem ProblemOf(HttpRequestError kind) =>
        kind is HttpRequestError.SecureConnectionError ? EtcdSecurityProblem.HandshakeFailed : EtcdSecurityProblem.None;

    // A server that does not take our certificate may say so only after the handshake; it has read no request then either.
    private static InsecureConnectionException? InsecurityOf(Exception? cause)
    {
        for (var error = cause; error is not null; error = error.InnerException)
        {
            if (error is InsecureConnectionException insecure)
            {
                return insecure;
            }
        }

        return cause is not null && TlsHandshake.IsClientRefused(cause)
            ? new(EtcdSecurityProblem.ClientCertificateRefused, "the server refuses the client certificate, or wants one and got none", cause)
            : null;
    }

    private static bool NeverConnected(HttpRequestError error) => error
        is HttpRequestError.ConnectionError
        or HttpRequestError.NameResolutionError
        or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError
        or HttpRequestError.VersionNegotiationError;

    private static string Innermost(Exception cause)
    {
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause.Message;
    }
}
