using Coordination.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Grpc.Server;

/// <summary>Runs one call: headers before, deadline and cancellation during, status and trailers after.</summary>
internal static class GrpcServerCall
{
    public static async Task RunAsync(HttpContext http, GrpcServerOptions options, Func<GrpcServerContext, Task> body)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) || !GrpcContentType.Accepts(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = GrpcContentType.Name;
        var encoding = http.Request.Headers["grpc-encoding"].ToString();
        if (encoding is not ("" or "identity"))
        {
            http.Response.Headers["grpc-accept-encoding"] = "identity";
            EndWith(http, GrpcStatusCode.Unimplemented, $"Messages cannot be compressed; grpc-encoding is '{encoding}'.");
            return;
        }

        var timeoutText = http.Request.Headers[GrpcTimeout.Header].ToString();
        var hasDeadline = GrpcTimeout.TryParse(timeoutText, out var timeout);
        if (timeoutText.Length > 0 && !hasDeadline)
        {
            EndWith(http, GrpcStatusCode.Internal, $"Protocol error: grpc-timeout is '{timeoutText}'.");
            return;
        }

        using var timer = hasDeadline && timeout <= GrpcTimeout.LongestTimer ? new CancellationTokenSource(timeout, options.TimeProvider) : null;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, options.Stopping, timer?.Token ?? CancellationToken.None);
        try
        {
            await body(new GrpcServerContext(http, linked.Token)).ConfigureAwait(false);
            EndWith(http, GrpcStatusCode.OK, "");
        }
        catch (GrpcException e)
        {
            EndWith(http, e.Status, e.Detail, e.Trailers);
        }
        catch (OperationCanceledException e) when (e is ClientGoneException || linked.IsCancellationRequested)
        {
            var (status, detail) = options.Stopping.IsCancellationRequested ? (GrpcStatusCode.Unavailable, "The server is stopping.")
                : timer is { IsCancellationRequested: true } ? (GrpcStatusCode.DeadlineExceeded, "The deadline of the call passed.")
                : (GrpcStatusCode.Cancelled, "The client has gone.");
            EndWith(http, status, detail);
        }
        catch (Exception e)
        {
            // The client learns that it failed, the host learns why.
            http.RequestServices.GetService<ILoggerFactory>()?.CreateLogger(GrpcServerLog.Category).HandlerFailed(e, http.Request.Path);
            EndWith(http, GrpcStatusCode.Unknown, "The server failed to handle the call.");
        }
    }

    private static void EndWith(HttpContext http, GrpcStatusCode status, string detail, GrpcMetadata? metadata = null)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // Kestrel sends trailers after the last byte of the body; without a body they still form a valid reply.
        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()!.Trailers;
        trailers[GrpcStatusText.StatusHeader] = GrpcStatusText.FormatStatus(status);
        if (detail.Length > 0)
        {
            trailers[GrpcStatusText.MessageHeader] = GrpcStatusText.EncodeMessage(detail);
        }

        foreach (var (key, value) in metadata ?? GrpcMetadata.Empty)
        {
            // What a handler passes on from another server includes that server's own status.
            if (GrpcMetadata.CanSend(key, value))
            {
                trailers.Append(key, value);
            }
        }
    }
}
