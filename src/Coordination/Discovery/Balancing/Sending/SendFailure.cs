namespace Coordination.Discovery.Balancing;

/// <summary>What a failure of HTTP says about the request. In doubt: it was sent.</summary>
internal static class SendFailure
{
    // RFC 9113, section 7: the stream was refused before any of it was processed.
    private const long RefusedStream = 7;

    /// <param name="error">What was thrown.</param>
    /// <param name="request">The request.</param>
    /// <param name="wasSent">Whether any of its body may have left in this attempt.</param>
    /// <param name="caller">The caller's token.</param>
    public static AttemptOutcome Classify(Exception error, HttpRequestMessage request, bool wasSent, CancellationToken caller)
    {
        if (caller.IsCancellationRequested)
        {
            return AttemptOutcome.Cancelled;
        }

        if (error is HttpRequestException { HttpRequestError: var kind } && NeverConnected(kind) && !MayBeHttp3(request))
        {
            return AttemptOutcome.NotConnected;
        }

        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException { ErrorCode: RefusedStream })
            {
                return AttemptOutcome.Refused;
            }
        }

        // A connect timeout looks like any other timeout of a handler below; only a body that certainly did not leave makes it certain.
        if (error is OperationCanceledException { InnerException: TimeoutException })
        {
            return wasSent ? AttemptOutcome.Broken : AttemptOutcome.NotConnected;
        }

        return error is HttpRequestException or IOException ? AttemptOutcome.Broken : AttemptOutcome.Invalid;
    }

    private static bool NeverConnected(HttpRequestError error) => error
        is HttpRequestError.ConnectionError
        or HttpRequestError.NameResolutionError
        or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError
        or HttpRequestError.VersionNegotiationError;

    /// <summary>QUIC reports a connection that broke later in the same way as one that never was.</summary>
    private static bool MayBeHttp3(HttpRequestMessage request) =>
        request.Version.Major >= 3
        || (request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher && request.RequestUri?.Scheme == Uri.UriSchemeHttps);
}
