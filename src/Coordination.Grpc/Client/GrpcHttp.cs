using System.Net;
using System.Net.Http.Headers;
using Coordination.Grpc.Wire;

namespace Coordination.Grpc.Client;

/// <summary>How a gRPC call looks as an HTTP/2 request and response.</summary>
internal static class GrpcHttp
{
    private static readonly MediaTypeHeaderValue ContentType = new(GrpcContentType.Name);

    public static HttpRequestMessage CreateRequest(Uri address, string path, HttpContent content, GrpcCallOptions options)
    {
        content.Headers.ContentType = ContentType;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (options.Limit is { } timeout)
        {
            request.Headers.TryAddWithoutValidation(GrpcTimeout.Header, GrpcTimeout.Format(timeout));
        }

        foreach (var (key, value) in options.Metadata ?? GrpcMetadata.Empty)
        {
            request.Headers.TryAddWithoutValidation(key, value);
        }

        return request;
    }

    /// <summary>
    /// Refuses a response that is not gRPC, or one that carries its status in the headers because there is no message. A status counts
    /// whatever else the headers say.
    /// </summary>
    public static void CheckHeaders(HttpResponseMessage response)
    {
        if (Find(response.Headers, GrpcStatusText.StatusHeader) is not null)
        {
            ThrowUnlessOk(response.Headers);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(StatusOf(response.StatusCode), $"The server answered HTTP {(int)response.StatusCode}, which is not gRPC.");
        }

        var mediaType = response.Content.Headers.ContentType?.MediaType;
        if (!GrpcContentType.Accepts(mediaType))
        {
            throw new GrpcException(GrpcStatusCode.Unknown, $"The server answered with content type '{mediaType}', which is not gRPC.");
        }
    }

    /// <summary>The status in the trailers, after the last message was read. Trailers without a status are a protocol error.</summary>
    public static void CheckTrailers(HttpResponseMessage response)
    {
        if (Find(response.TrailingHeaders, GrpcStatusText.StatusHeader) is not null)
        {
            ThrowUnlessOk(response.TrailingHeaders);
        }
        else if (Find(response.Headers, GrpcStatusText.StatusHeader) is null)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "Protocol error: the response ended without a grpc-status.");
        }
    }

    private static void ThrowUnlessOk(HttpResponseHeaders headers)
    {
        var text = Find(headers, GrpcStatusText.StatusHeader);
        if (!GrpcStatusText.TryParseStatus(text, out var status))
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"Protocol error: grpc-status is '{text}'.");
        }

        if (status != GrpcStatusCode.OK)
        {
            var trailers = new GrpcMetadata();
            foreach (var (key, values) in headers)
            {
                foreach (var value in values)
                {
                    trailers.AddReceived(key.ToLowerInvariant(), value);
                }
            }

            var detail = GrpcStatusText.DecodeMessage(Find(headers, GrpcStatusText.MessageHeader) ?? "");
            throw new GrpcException(status, detail) { FromServer = true, Trailers = trailers };
        }
    }

    private static string? Find(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) && values.Count > 0 ? values.First() : null;

    // The mapping that the gRPC specification gives for servers and proxies that do not speak gRPC.
    private static GrpcStatusCode StatusOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };
}
