using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coordination.Embedded.Tests.Testing;
using Coordination.Etcd.Protos;
using Coordination.Etcd.Transport;
using Coordination.Grpc;

namespace Coordination.Embedded.Tests.Server;

public sealed class TlsTests
{
    [Fact]
    public async Task With_a_certificate_it_serves_grpc_and_the_status_pages_over_tls()
    {
        using var certificate = CreateCertificate();
        await using var etcd = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Certificate = certificate });
        Assert.Equal("https", etcd.Endpoint.Scheme);

        bool IsOurs(object _, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) =>
            shown?.GetCertHashString() == certificate.GetCertHashString();
        using var channel = new GrpcChannel(
            etcd.Endpoint, new GrpcChannelOptions { Tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsOurs } });
        var reply = await channel.UnaryAsync(EtcdMethods.Put, new PutRequest { Key = NodeFixture.B("a") }, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10) });
        Assert.Equal(2, reply.Header.Revision);

        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = IsOurs } }) { BaseAddress = etcd.Endpoint };
        Assert.Equal("""{"health":"true"}""", await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var from = DateTimeOffset.UnixEpoch.AddYears(50);
        using var created = request.CreateSelfSigned(from, from.AddYears(100));
        return X509CertificateLoader.LoadPkcs12(created.Export(X509ContentType.Pkcs12), null);
    }
}
