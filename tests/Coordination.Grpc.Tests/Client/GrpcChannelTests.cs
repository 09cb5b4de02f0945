using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Client;

public sealed class GrpcChannelTests
{
    [Theory]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1/path")]
    [InlineData("http://127.0.0.1:1/?query")]
    [InlineData("/relative")]
    public void An_address_is_a_scheme_a_host_and_a_port(string address) =>
        Assert.Throws<ArgumentException>(() => new GrpcChannel(new Uri(address, UriKind.RelativeOrAbsolute)));

    [Fact]
    public async Task Disposing_ends_open_calls_and_reaches_the_server()
    {
        var entered = new Point();
        var told = new Point();
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
            entered.Reach();
            await call.CancellationToken.Cancelled();
            told.Reach();
        });
        var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        await entered.Reached;
        var reading = call.ReadToEndAsync();
        channel.Dispose();
        channel.Dispose();
        Assert.Contains("disposed", (await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, reading)).Detail, StringComparison.Ordinal);
        await told.Reached;
    }

    [Fact]
    public async Task Disposing_ends_an_open_unary_call()
    {
        var entered = new Point();
        await using var server = await TestServer.UnaryAsync(async (request, call) =>
        {
            entered.Reach();
            await call.CancellationToken.Cancelled();
            return request;
        });
        var channel = server.Connect();
        var calling = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"));
        await entered.Reached;
        channel.Dispose();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, calling);
        Assert.Contains("disposed", error.Detail, StringComparison.Ordinal);
        Assert.True(error.RequestSent);
    }

    [Fact]
    public async Task A_call_on_a_disposed_channel_sends_nothing()
    {
        var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        channel.Dispose();
        Assert.False((await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, "disposed")).RequestSent);
    }
}
