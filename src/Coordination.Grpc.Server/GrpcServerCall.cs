using Coordination.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coordination.Grpc.Server;

/// <summary>Runs one call: headers before, deadline and cancellation during, status and trailers after.</summary>
internal static class GrpcServerCall
{
    public static async Task RunAsync(HttpContext http, GrpcServerOptions options, Func<GrpcServerContext, Task> body)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol)
            || http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = "application/grpc";
        var timeoutText = http.Request.Headers[GrpcTimeout.Header].ToString();
        var hasDeadline = GrpcTimeout.TryParse(timeoutText, out var timeout);
        if (timeoutText.Length > 0 && !hasDeadline)
        {
            EndWith(http, GrpcStatusCode.Internal, $"Protocol error: grpc-timeout is '{timeoutText}'.");
            return;
        }

        using var timer = hasDeadline ? new CancellationTokenSource(timeout, options.TimeProvider) : null;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, options.Stopping, timer?.Token ?? CancellationToken.None);
        try
        {
            await body(new GrpcServerContext(http, linked.Token)).ConfigureAwait(false);
            EndWith(http, GrpcStatusCode.OK, "");
        }
        catch (GrpcException e)
        {
            EndWith(http, e.Status, e.Detail);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            var (status, detail) = options.Stopping.IsCancellationRequested ? (GrpcStatusCode.Unavailable, "The server is stopping.")
                : timer is { IsCancellationRequested: true } ? (GrpcStatusCode.DeadlineExceeded, "The deadline of the call passed.")
                : (GrpcStatusCode.Cancelled, "The client has gone.");
            EndWith(http, status, detail);
        }
    }

    private static void EndWith(HttpContext http, GrpcStatusCode status, string detail)
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
    }
}
