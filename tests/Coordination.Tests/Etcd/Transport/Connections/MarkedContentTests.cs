using System.Net;
using Coordination.Etcd.Transport.Connections;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class MarkedContentTests
{
    [Fact]
    public async Task What_HTTP_did_not_ask_for_was_not_sent_and_never_will_be()
    {
        using var body = new MarkedContent(mayBeginAgain: true).Around(new StringContent("a"));

        Assert.False(body.WasSent());
        Assert.IsType<IOException>((await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(body))).InnerException);
        Assert.False(body.WasSent());
    }

    [Fact]
    public async Task What_HTTP_asked_for_may_have_been_sent_even_if_it_failed()
    {
        using var body = new MarkedContent(mayBeginAgain: true).Around(new Failing());

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(body));
        Assert.True(body.WasSent());
    }

    [Fact]
    public async Task A_body_that_is_the_same_each_time_may_begin_again_and_a_stream_may_not()
    {
        using var body = new MarkedContent(mayBeginAgain: true).Around(new StringContent("a"));
        using var stream = new MarkedContent(mayBeginAgain: false).Around(new StringContent("a"));

        Assert.Equal("a", await SendAsync(body));
        Assert.Equal("a", await SendAsync(body));
        Assert.Equal("a", await SendAsync(stream));
        Assert.IsType<IOException>((await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(stream))).InnerException);
    }

    [Fact]
    public async Task It_has_the_headers_and_the_length_of_what_it_is_around_and_reading_it_is_not_sending()
    {
        using var body = new MarkedContent(mayBeginAgain: true).Around(new StringContent("abc"));

        Assert.Equal("text/plain; charset=utf-8", body.Headers.ContentType?.ToString());
        Assert.Equal(3, body.Headers.ContentLength);
        Assert.Equal(3, (await body.ReadAsStreamAsync()).Length);
        Assert.False(body.WasSent());
    }

    [Fact]
    public async Task A_request_without_a_mark_is_not_sent()
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:1");

        await Assert.ThrowsAsync<InvalidOperationException>(() => RequestMark.SendAsync(http, request, CancellationToken.None));
    }

    // HTTP wraps what a body throws.
    private static async Task<string> SendAsync(HttpContent body)
    {
        using var sent = new MemoryStream();
        await body.CopyToAsync(sent);
        return System.Text.Encoding.UTF8.GetString(sent.ToArray());
    }

    private sealed class Failing : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new IOException("cut off");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
