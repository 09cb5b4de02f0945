using System.Net;
using System.Net.Sockets;
using Coordination.Etcd;
using Coordination.Etcd.Transport.Connections;

namespace Coordination.Tests.Etcd.Transport.Connections;

/// <summary>HTTP throws without a cause when a new connection is over before the request was put on it. Which it is, is a matter of chance; here it is played.</summary>
public sealed class RefusalHandlerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>A record of TLS: the alert of a server that was spoken to in plaintext.</summary>
    private static readonly byte[] Alert = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28];

    private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Connector _connector = new(isSecure: false, () => new TlsSettings(), TimeProvider.System);

    public RefusalHandlerTests() => _server.Start();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Says_why_the_server_closed_the_connection()
    {
        await ConnectAsync(Alert);

        Assert.Equal(EtcdSecurityProblem.ServerSpeaksTls, Assert.IsType<InsecureConnectionException>((await FailureAsync(null)).InnerException).Problem);
    }

    [Fact]
    public async Task Says_no_more_than_HTTP_once_a_connection_is_as_it_should_be()
    {
        await ConnectAsync(Alert);
        await ConnectAsync(Settings);

        Assert.Null((await FailureAsync(null)).InnerException);
    }

    [Fact]
    public async Task A_cause_that_HTTP_names_stays()
    {
        await ConnectAsync(Alert);
        var cause = new IOException("reset");

        Assert.Same(cause, (await FailureAsync(cause)).InnerException);
    }

    /// <summary>Makes a connection on which the server says this.</summary>
    private async Task ConnectAsync(byte[] said)
    {
        using var sockets = new SocketsHttpHandler { ConnectCallback = _connector.ConnectAsync };
        using var http = new HttpMessageInvoker(sockets);
        using var request = Request();
        var answer = http.SendAsync(request, CancellationToken.None);
        using (var connection = await _server.AcceptSocketAsync().WaitAsync(Limit))
        {
            await connection.SendAsync(said);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => answer).WaitAsync(Limit);
    }

    private async Task<HttpRequestException> FailureAsync(Exception? cause)
    {
        using var http = new HttpMessageInvoker(new RefusalHandler(_connector, new FailingHandler(new HttpRequestException("not established", cause))));
        using var request = Request();
        return await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, CancellationToken.None));
    }

    private HttpRequestMessage Request() => new(HttpMethod.Get, $"http://{_server.LocalEndpoint}/")
    {
        Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private sealed class FailingHandler(Exception error) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(error);
    }
}
