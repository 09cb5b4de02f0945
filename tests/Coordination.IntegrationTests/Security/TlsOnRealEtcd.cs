using Coordination.Etcd;

namespace Coordination.IntegrationTests.Security;

/// <summary>TLS and client certificates against a real etcd, with certificates that the test makes.</summary>
public sealed class TlsOnRealEtcd : IDisposable
{
    private readonly CertificateFolder _ours = new();
    private readonly CertificateFolder _others = new();

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    [Fact]
    public async Task A_server_of_our_authority_is_used_by_requests_watches_and_keep_alives()
    {
        await using var server = await RealEtcd.StartAsync(_ours.Server());
        await using var etcd = Client(server.Endpoint, new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile });

        await UseAsync(etcd);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        await using var server = await RealEtcd.StartAsync(_others.Server());

        await RefusedAsync(server.Endpoint, new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile }, EtcdSecurityProblem.UntrustedAuthority, "Tls.AuthorityFile");
        await RefusedAsync(server.Endpoint, new EtcdTlsOptions(), EtcdSecurityProblem.UntrustedAuthority, "CN=Test CA");
    }

    [Fact]
    public async Task A_server_by_another_name_is_refused_unless_the_name_is_given()
    {
        await using var server = await RealEtcd.StartAsync(_ours.Server(name: "etcd.example"));
        var tls = new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile };

        await RefusedAsync(server.Endpoint, tls, EtcdSecurityProblem.WrongHostName, "not for '127.0.0.1' but for 'etcd.example'");
        await using var etcd = Client(server.Endpoint, tls with { ServerName = "etcd.example" });
        await UseAsync(etcd);
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused_on_both_sides()
    {
        await using var expired = await RealEtcd.StartAsync(_ours.Server(isExpired: true));
        await using var server = await RealEtcd.StartAsync(_others.Server(asksClients: true));
        var (certificate, key) = _others.Client("client", isExpired: true);

        await RefusedAsync(expired.Endpoint, new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile }, EtcdSecurityProblem.CertificateNotValidNow, "and not now");
        await RefusedAsync(
            server.Endpoint,
            new EtcdTlsOptions { AuthorityFile = _others.AuthorityFile, CertificateFile = certificate, KeyFile = key },
            EtcdSecurityProblem.ClientCertificateRefused,
            "valid from");
    }

    [Fact]
    public async Task A_server_that_speaks_plaintext_is_never_asked_in_plaintext()
    {
        await using var server = await RealEtcd.StartAsync();

        await RefusedAsync(
            new Uri($"https://127.0.0.1:{server.Endpoint.Port}"), new EtcdTlsOptions(), EtcdSecurityProblem.ServerSpeaksPlaintext, "Write the endpoint as http://");
    }

    [Fact]
    public async Task A_server_that_speaks_tls_is_told_from_a_broken_one()
    {
        await using var server = await RealEtcd.StartAsync(_ours.Server());

        await RefusedAsync(new Uri($"http://127.0.0.1:{server.Endpoint.Port}"), new EtcdTlsOptions(), EtcdSecurityProblem.ServerSpeaksTls, "Write the endpoint as https://");
    }

    [Fact]
    public async Task Skipping_the_verification_must_be_asked_for()
    {
        await using var server = await RealEtcd.StartAsync(_others.Server(name: "other.example"));
        await using var etcd = Client(server.Endpoint, new EtcdTlsOptions { SkipServerVerification = true });

        await UseAsync(etcd);
    }

    [Fact]
    public async Task A_server_that_asks_for_client_certificates_takes_ours_and_no_others()
    {
        await using var server = await RealEtcd.StartAsync(_ours.Server(asksClients: true));
        var nameless = new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile };
        var (certificate, key) = _ours.Client("client");
        var (strange, strangeKey) = _others.Client("stranger");

        await using var etcd = Client(server.Endpoint, nameless with { CertificateFile = certificate, KeyFile = key });
        await UseAsync(etcd);
        await RefusedAsync(server.Endpoint, nameless, EtcdSecurityProblem.ClientCertificateRefused, "Tls.CertificateFile");
        await RefusedAsync(
            server.Endpoint, nameless with { CertificateFile = strange, KeyFile = strangeKey }, EtcdSecurityProblem.ClientCertificateRefused, "Tls.CertificateFile");
    }

    [Fact]
    public async Task The_key_may_be_in_the_file_of_the_certificate()
    {
        await using var server = await RealEtcd.StartAsync(_ours.Server(asksClients: true));
        var (certificate, key) = _ours.Client("client");
        var both = _ours.Write("both.pem", $"{File.ReadAllText(certificate)}\n{File.ReadAllText(key)}\n");

        await using var etcd = Client(server.Endpoint, new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile, CertificateFile = both });
        await UseAsync(etcd);
    }

    [Fact]
    public async Task Changed_certificates_are_used_by_the_next_connection_and_broken_ones_are_not()
    {
        await using var server = await RealEtcd.StartAsync(_ours.Server(asksClients: true));
        await using var proxy = new TcpProxy(server.Endpoint);
        var (certificate, key) = _ours.Client("client");
        var files = (Certificate: _ours.Write("c.pem", File.ReadAllText(certificate)), Key: _ours.Write("k.pem", File.ReadAllText(key)));
        await using var etcd = Client(
            new Uri($"https://127.0.0.1:{proxy.Endpoint.Port}"),
            new EtcdTlsOptions { AuthorityFile = _ours.AuthorityFile, CertificateFile = files.Certificate, KeyFile = files.Key });
        await UseAsync(etcd);

        // Of an authority that this etcd does not know: whoever reads it anew is refused. Open connections go on.
        var (strange, strangeKey) = _others.Client("stranger");
        File.Copy(strange, files.Certificate, overwrite: true);
        File.Copy(strangeKey, files.Key, overwrite: true);
        await UseAsync(etcd);
        Assert.Equal(EtcdSecurityProblem.ClientCertificateRefused, (await AfterCutAsync(proxy, etcd)).SecurityProblem);

        File.Copy(certificate, files.Certificate, overwrite: true);
        File.Copy(key, files.Key, overwrite: true);
        await UseAsync(etcd);

        File.WriteAllText(files.Key, "-----BEGIN PRIVATE KEY-----\nhalf");
        await AfterCutAsync(proxy, etcd, mayFail: false);
        await UseAsync(etcd);
    }

    private static async Task<EtcdException> AfterCutAsync(TcpProxy proxy, EtcdClient etcd, bool mayFail = true)
    {
        proxy.CutAll();
        while (true)
        {
            var error = (EtcdException?)await Record.ExceptionAsync(() => etcd.GetAsync("k"));
            if (error?.Kind != CoordinationErrorKind.Unavailable)
            {
                Assert.Equal(mayFail, error is not null);
                return error!;
            }
        }
    }

    private static EtcdClient Client(Uri endpoint, EtcdTlsOptions tls) => new(new EtcdClientOptions { Endpoints = [endpoint], Tls = tls });

    private static async Task RefusedAsync(Uri endpoint, EtcdTlsOptions tls, EtcdSecurityProblem problem, string text)
    {
        await using var etcd = Client(endpoint, tls);

        var error = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync("k", "v"));

        Assert.True((CoordinationErrorKind.SecurityFailure, problem, WriteOutcome.NotApplied) == (error.Kind, error.SecurityProblem, error.Outcome), error.ToString());
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains(endpoint.Authority, error.Message, StringComparison.Ordinal);
    }

    private static async Task UseAsync(EtcdClient etcd)
    {
        var lease = await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60));
        await etcd.PutAsync("k", "v", lease.Id);
        await etcd.UntilAsync("k", kv => kv?.Lease == lease.Id);
        Assert.False((await etcd.KeepAliveAsync(lease.Id, TimeSpan.FromSeconds(10))).IsGone);
    }
}
