using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Embedded.Tests.Server;

public sealed class TlsTests
{
    [Fact]
    public async Task With_a_certificate_it_serves_grpc_and_the_status_pages_over_tls()
    {
        using var certificate = CreateCertificate();
        await using var etcd = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Certificate = certificate });
        Assert.Equal("https", etcd.Endpoint.Scheme);

        var isOurs = Only(certificate);
        Assert.Equal(2, (await PutAsync(etcd, new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = isOurs })).Header.Revision);

        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = isOurs } }) { BaseAddress = etcd.Endpoint };
        Assert.Equal("""{"health":"true","reason":""}""", await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task With_authorities_for_clients_only_their_certificates_are_let_in()
    {
        using var server = CreateCertificate();
        using var known = CreateCertificate();
        using var unknown = CreateCertificate();
        await using var etcd = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Certificate = server, ClientAuthorities = [known] });
        Assert.Equal(2, (await PutAsync(etcd, With(known))).Header.Revision);
        await Assert.ThrowsAsync<RpcException>(() => PutAsync(etcd, With(unknown)));
        await Assert.ThrowsAsync<RpcException>(() => PutAsync(etcd, With(null)));

        SslClientAuthenticationOptions With(X509Certificate2? certificate) => new()
        {
            RemoteCertificateValidationCallback = Only(server),
            ClientCertificates = certificate is null ? [] : [certificate],
        };
    }

    [Fact]
    public async Task Authorities_without_a_certificate_of_the_server_are_refused_by_name()
    {
        using var known = CreateCertificate();
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { ClientAuthorities = [known] }));
        Assert.StartsWith("EmbeddedEtcdOptions.ClientAuthorities is given without a certificate; allowed:", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<PutResponse> PutAsync(EmbeddedEtcd etcd, SslClientAuthenticationOptions tls)
    {
        using var handler = new SocketsHttpHandler { SslOptions = tls };
        using var channel = GrpcChannel.ForAddress(etcd.Endpoint, new GrpcChannelOptions { HttpHandler = handler });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await new KV.KVClient(channel).PutAsync(new PutRequest { Key = NodeFixture.B("a") }, cancellationToken: patience.Token);
    }

    private static RemoteCertificateValidationCallback Only(X509Certificate2 certificate) =>
        (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString();

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var from = DateTimeOffset.UnixEpoch.AddYears(50);
        using var created = request.CreateSelfSigned(from, from.AddYears(100));
        return X509CertificateLoader.LoadPkcs12(created.Export(X509ContentType.Pkcs12), null);
    }
}
