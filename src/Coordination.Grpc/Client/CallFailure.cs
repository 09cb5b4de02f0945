namespace Coordination.Grpc.Client;

/// <summary>Turns what HTTP throws into the exception that says what is known about the call.</summary>
internal static class CallFailure
{
    /// <summary>The exception to throw for <paramref name="cause"/>.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="address">The server, named in the message.</param>
    /// <param name="requestSent">Whether bytes of the request message may have left.</param>
    /// <param name="call">What may have ended the call on this side.</param>
    public static Exception Describe(Exception cause, Uri address, bool requestSent, CallDeadline call)
    {
        if (call.Caller.IsCancellationRequested)
        {
            return new OperationCanceledException("The call was cancelled.", cause, call.Caller);
        }

        if (InsecurityOf(cause) is { } insecure)
        {
            return new GrpcException(GrpcStatusCode.Unavailable, $"Cannot connect to {Name(address)}: {insecure.Message}", cause)
            {
                RequestSent = false,
                SecurityProblem = insecure.Problem,
            };
        }

        if (cause is HttpRequestException { HttpRequestError: var error } && NeverConnected(error))
        {
            return new GrpcException(GrpcStatusCode.Unavailable, $"Cannot connect to {Name(address)}: {Innermost(cause)}", cause) { RequestSent = false };
        }

        // What HTTP throws when its call is ended from this side depends on where the call was: a cancellation, an I/O error, a disposed object.
        var (status, detail) = call switch
        {
            { Expired: { } limit } => (GrpcStatusCode.DeadlineExceeded, $"No answer from {Name(address)} within {limit.TotalSeconds:0.###} s."),
            { ResetReason: { } reason } => (GrpcStatusCode.Cancelled, reason),
            { ChannelDisposed: true } => (GrpcStatusCode.Unavailable, $"The channel to {Name(address)} was disposed."),

            // A connect timeout surfaces as a cancellation inside HTTP; anything else broke the connection under the call.
            _ => (GrpcStatusCode.Unavailable, $"The connection to {Name(address)} failed: {Innermost(cause)}"),
        };
        return new GrpcException(status, detail, cause) { RequestSent = requestSent };
    }

    // A server that does not take our certificate may say so only after the handshake; it has read no request then either.
    private static InsecureConnectionException? InsecurityOf(Exception cause)
    {
        for (var error = cause; error is not null; error = error.InnerException)
        {
            if (error is InsecureConnectionException insecure)
            {
                return insecure;
            }
        }

        return TlsHandshake.IsClientRefused(cause)
            ? new(GrpcSecurityProblem.ClientCertificateRefused, "the server refuses the client certificate, or wants one and got none", cause)
            : null;
    }

    private static bool NeverConnected(HttpRequestError error) => error
        is HttpRequestError.ConnectionError
        or HttpRequestError.NameResolutionError
        or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError
        or HttpRequestError.VersionNegotiationError;

    private static string Name(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static string Innermost(Exception cause)
    {
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause.Message;
    }
}
