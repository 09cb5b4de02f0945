using System.Net;
using System.Net.Http.Headers;
using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Server;

internal sealed record RawReply(HttpStatusCode Http, string? ContentType, string? Status, string? Message, byte[] Body);

/// <summary>A client that sends whatever the test writes.</summary>
internal static class RawClient
{
    public static async Task<RawReply> PostAsync(
        TestServer server, string path, byte[] body, string? contentType = "application/grpc", Version? version = null, params (string Key, string Value)[] headers)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpMessageInvoker(handler);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, path))
        {
            Version = version ?? HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach (var (key, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(key, value);
        }

        using var response = await http.SendAsync(request, CancellationToken.None).InTime();
        var bytes = await response.Content.ReadAsByteArrayAsync().InTime();
        return new RawReply(
            response.StatusCode,
            response.Content.Headers.ContentType?.ToString(),
            Find(response.TrailingHeaders, "grpc-status") ?? Find(response.Headers, "grpc-status"),
            Find(response.TrailingHeaders, "grpc-message") ?? Find(response.Headers, "grpc-message"),
            bytes);
    }

    private static string? Find(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.Single() : null;
}
