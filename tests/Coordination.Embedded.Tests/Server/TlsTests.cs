using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coordination.Embedded.Tests.Testing;
using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Etcdserverpb;

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
        using var channel = new GrpcChannel(
            etcd.Endpoint, new GrpcChannelOptions { Tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = isOurs } });
        var reply = await channel.UnaryAsync(EtcdMethods.Put, new PutRequest { Key = NodeFixture.B("a") }, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10) });
        Assert.Equal(2, reply.Header.Revision);

        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = isOurs } }) { BaseAddress = etcd.Endpoint };
        Assert.Equal("""{"health":"true"}""", await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task With_authorities_for_clients_only_their_certificates_are_let_in()
    {
        using var server = CreateCertificate();
        using var known = CreateCertificate();
        using var unknown = CreateCertificate();
        await using var etcd = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Certificate = server, ClientAuthorities = [known] });
        Assert.Equal(2, (await PutAsync(known)).Header.Revision);
        await Assert.ThrowsAsync<GrpcException>(() => PutAsync(unknown));
        await Assert.ThrowsAsync<GrpcException>(() => PutAsync(null));

        async Task<PutResponse> PutAsync(X509Certificate2? certificate)
        {
            var tls = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = Only(server),
                ClientCertificates = certificate is null ? [] : [certificate],
            };
            using var channel = new GrpcChannel(etcd.Endpoint, new GrpcChannelOptions { Tls = tls });
            return await channel.UnaryAsync(EtcdMethods.Put, new PutRequest { Key = NodeFixture.B("a") }, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10) });
        }
    }

    [Fact]
    public async Task Authorities_without_a_certificate_of_the_server_are_refused_by_name()
    {
        using var known = CreateCertificate();
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { ClientAuthorities = [known] }));
        Assert.StartsWith("EmbeddedEtcdOptions.ClientAuthorities is given without a certificate; allowed:", refusal.Message, StringComparison.Ordinal);
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
