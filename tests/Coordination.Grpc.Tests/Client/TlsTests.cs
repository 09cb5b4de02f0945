using System.Net;
using System.Net.Security;
using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Coordination.Grpc.Tests.Client;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly Point _called = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task A_server_with_a_certificate_of_the_trusted_authority_is_accepted()
    {
        await using var server = await StartAsync(e => e.UseHttps(_certificates.Server("localhost", IPAddress.Loopback)));
        using var byName = Connect(server, "localhost", _certificates.Trusted());
        using var byAddress = Connect(server, "127.0.0.1", _certificates.Trusted());
        Assert.Equal("https", (await CallAsync(byName)).Value);
        Assert.Equal("https", (await CallAsync(byAddress)).Value);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused()
    {
        await using var server = await StartAsync(e => e.UseHttps(_certificates.Server("other.example")));
        await RefusedAsync(server, "localhost", _certificates.Trusted(), "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        using var others = new TestCertificates();
        await using var server = await StartAsync(e => e.UseHttps(others.Server("localhost")));
        await RefusedAsync(server, "localhost", _certificates.Trusted(), "certificate");
        await RefusedAsync(server, "localhost", null, "certificate");
    }

    [Fact]
    public async Task A_plaintext_server_is_refused_and_never_asked_in_plaintext()
    {
        await using var server = await StartAsync(_ => { });
        await RefusedAsync(server, "localhost", _certificates.Trusted(), "Cannot connect to https://localhost");
    }

    [Fact]
    public async Task A_tls_server_without_http2_is_refused()
    {
        await using var server = await StartAsync(e =>
        {
            e.Protocols = HttpProtocols.Http1;
            e.UseHttps(_certificates.Server("localhost"));
        });
        await RefusedAsync(server, "localhost", _certificates.Trusted(), "Cannot connect to https://localhost");
    }

    [Fact]
    public async Task A_plaintext_client_of_a_tls_server_fails_without_reaching_it()
    {
        await using var server = await StartAsync(e => e.UseHttps(_certificates.Server("localhost")));
        using var channel = new GrpcChannel(new Uri($"http://localhost:{server.Address.Port}"));
        await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, "localhost");
        Assert.False(_called.IsReached);
    }

    [Fact]
    public async Task A_client_shows_its_certificate()
    {
        var client = _certificates.Client("client-1");
        await using var server = await StartAsync(RequireClient(client.Thumbprint));
        using var channel = Connect(server, "localhost", WithClient(client));
        Assert.Equal("https CN=client-1", (await CallAsync(channel)).Value);
    }

    [Fact]
    public async Task A_client_without_a_certificate_or_with_the_wrong_one_is_refused_by_a_server_that_asks_for_one()
    {
        await using var server = await StartAsync(RequireClient(_certificates.Client("client-1").Thumbprint));
        using var nameless = Connect(server, "localhost", _certificates.Trusted());
        await GrpcAssert.BothFailAsync(nameless, GrpcStatusCode.Unavailable, "localhost");
        using var stranger = Connect(server, "localhost", WithClient(_certificates.Client("client-2")));
        await GrpcAssert.BothFailAsync(stranger, GrpcStatusCode.Unavailable, "localhost");
        Assert.False(_called.IsReached);
    }

    private static GrpcChannel Connect(TestServer server, string host, SslClientAuthenticationOptions? tls) =>
        new(new Uri($"https://{host}:{server.Address.Port}"), new GrpcChannelOptions { Tls = tls });

    private static Task<StringValue> CallAsync(GrpcChannel channel) => channel.UnaryAsync(TestMethods.Unary, new StringValue()).InTime();

    private static Action<ListenOptions> RequireClient(string thumbprint, TestCertificates certificates) => endpoint =>
        endpoint.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificates.Server("localhost"),
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, _, _) => certificate.Thumbprint == thumbprint,
        });

    private Action<ListenOptions> RequireClient(string thumbprint) => RequireClient(thumbprint, _certificates);

    private SslClientAuthenticationOptions WithClient(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var tls = _certificates.Trusted();
        tls.ClientCertificates = [certificate];
        return tls;
    }

    private Task<TestServer> StartAsync(Action<ListenOptions> listen) => TestServer.StartAsync(
        app => app.MapGrpcUnary(TestMethods.Unary, (_, call) =>
        {
            _called.Reach();
            var http = call.HttpContext;
            return new(TestMethods.Text($"{http.Request.Scheme} {http.Connection.ClientCertificate?.Subject}".TrimEnd()));
        }),
        listen);

    private async Task RefusedAsync(TestServer server, string host, SslClientAuthenticationOptions? tls, string text)
    {
        using var channel = Connect(server, host, tls);
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, text);
        Assert.StartsWith($"Cannot connect to https://{host}:{server.Address.Port}: ", error.Detail, StringComparison.Ordinal);
        Assert.False(error.RequestSent);
        Assert.False(error.FromServer);
        Assert.False(_called.IsReached);
    }
}
