using System.Net;
using System.Net.Http.Headers;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Server;

/// <summary>A client that sends whatever the test writes.</summary>
public sealed class MisbehavingClientTests : ServerFixture
{
    private const string Unary = "/etcdserverpb.KV/Put";
    private const string Stream = "/etcdserverpb.Lease/LeaseKeepAlive";

    private static byte[] Good { get; } = [0, 0, 0, 0, 3, .. new PutRequest { Key = B("a") }.ToByteArray()];

    [Fact]
    public async Task A_request_by_the_book_is_answered_by_the_book()
    {
        var reply = await PostAsync(Unary, Good);
        Assert.Equal((HttpStatusCode.OK, "application/grpc", "0"), (reply.Http, reply.ContentType, reply.Status));
        Assert.Equal(2, PutResponse.Parser.ParseFrom(reply.Body.AsSpan(5)).Header.Revision);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Content_of_another_type_is_refused_by_http(string contentType) =>
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(Unary, Good, contentType)).Http);

    [Theory]
    [InlineData("/etcdserverpb.KV/Undo")]
    [InlineData("/etcdserverpb.Nothing/Put")]
    [InlineData("/")]
    public async Task A_method_that_the_server_does_not_have_is_unimplemented_and_named(string path)
    {
        var reply = await PostAsync(path, Good);
        Assert.Equal(("12", $"The embedded etcd has no method {path}"), (reply.Status, reply.Message));
    }

    [Fact]
    public Task A_request_that_ends_inside_a_prefix_is_refused() => RefusedAsync([0, 0], "13");

    [Fact]
    public Task A_request_that_ends_inside_a_message_is_refused() => RefusedAsync([0, 0, 0, 0, 9, 1], "13");

    [Fact]
    public Task A_request_that_is_no_such_message_is_refused() => RefusedAsync([0, 0, 0, 0, 2, 0x08, 200], "13", "grpc: error unmarshalling request:");

    [Fact]
    public Task A_request_that_announces_too_many_bytes_is_refused() => RefusedAsync([0, 0, 255, 255, 255], "8");

    [Fact]
    public Task A_request_with_the_compressed_flag_but_no_encoding_is_refused() => RefusedAsync([1, 0, 0, 0, 0], "13");

    [Fact]
    public async Task A_request_without_a_message_and_one_with_two_are_refused()
    {
        Assert.Equal("13", (await PostAsync(Unary, [])).Status);
        Assert.Equal("13", (await PostAsync(Unary, [.. Good, .. Good])).Status);
        Assert.Equal(1, Etcd.Revision);
    }

    private async Task RefusedAsync(byte[] body, string status, string text = "")
    {
        foreach (var path in new[] { Unary, Stream })
        {
            var reply = await PostAsync(path, body);
            Assert.Equal((HttpStatusCode.OK, status), (reply.Http, reply.Status));
            Assert.Contains(text, reply.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, Etcd.Revision);
        Assert.Empty(Logs.Errors);
    }

    private async Task<Reply> PostAsync(string path, byte[] body, string contentType = "application/grpc")
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Etcd.Endpoint, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        using var response = await http.SendAsync(request, Deadline);
        var bytes = await response.Content.ReadAsByteArrayAsync(Deadline);
        var type = response.Content.Headers.ContentType?.ToString();
        return new Reply(response.StatusCode, type, Find(response, "grpc-status"), Find(response, "grpc-message"), bytes);
    }

    private static string? Find(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)
            ? Uri.UnescapeDataString(values.Single())
            : null;

    private sealed record Reply(HttpStatusCode Http, string? ContentType, string? Status, string? Message, byte[] Body);
}
