namespace Coordination.Grpc.Client;

/// <summary>Turns what HTTP throws into a <see cref="GrpcException"/> that says what is known about the call.</summary>
internal static class CallFailure
{
    /// <summary>The exception to throw for <paramref name="cause"/>.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="address">The server, named in the message.</param>
    /// <param name="requestSent">Whether bytes of the request message may have left.</param>
    /// <param name="timeout">The call's timeout, when it passed.</param>
    public static GrpcException Describe(Exception cause, Uri address, bool requestSent, TimeSpan? timeout)
    {
        switch (cause)
        {
            case GrpcException grpc:
                return grpc;
            case OperationCanceledException when timeout is { } limit:
                return new GrpcException(
                    GrpcStatusCode.DeadlineExceeded, $"No answer from {Name(address)} within {limit.TotalSeconds:0.###} s.", cause) { RequestSent = requestSent };
            case HttpRequestException { HttpRequestError: var error } http when NeverConnected(error):
                return new GrpcException(GrpcStatusCode.Unavailable, $"Cannot connect to {Name(address)}: {Innermost(http)}", cause) { RequestSent = false };
            default:
                // A connect timeout surfaces as a cancellation inside HTTP; anything else broke the connection under the call.
                return new GrpcException(
                    GrpcStatusCode.Unavailable, $"The connection to {Name(address)} failed: {Innermost(cause)}", cause) { RequestSent = requestSent };
        }
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
