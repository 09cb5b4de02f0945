using Coordination.Etcd;
using Coordination.IntegrationTests.Security;

namespace Coordination.Demo.Tests.Security;

/// <summary>A real etcd with TLS, client certificates, users and passwords. Its users: root; app, with what docs/running-etcd.md grants; reader, who may only read.</summary>
public sealed class SecureEtcd : IAsyncLifetime
{
    public const string Password = "app-s3cret";

    private RealEtcd _server = null!;
    private (string CertificateFile, string KeyFile) _client;

    internal CertificateFolder Ours { get; } = new();

    internal CertificateFolder Others { get; } = new();

    public Uri Endpoint => _server.Endpoint;

    public EtcdClient Root { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = await RealEtcd.StartAsync(Ours.Server(asksClients: true), "--bcrypt-cost", "4");
        _client = Ours.Client("client");
        Root = new EtcdClient(new EtcdClientOptions
        {
            Endpoints = [Endpoint],
            Tls = new EtcdTlsOptions { AuthorityFile = Ours.AuthorityFile, CertificateFile = _client.CertificateFile, KeyFile = _client.KeyFile },
            Credentials = new EtcdCredentials("root") { Password = "root-s3cret" },
        });
        await Root.Auth.AddUserAsync("root", "root-s3cret");
        await Root.Auth.AddRoleAsync("root");
        await Root.Auth.GrantRoleAsync("root", "root");
        await AddAsync("app", ("/jobs/", EtcdAccess.ReadWrite), ("coordination/", EtcdAccess.ReadWrite));
        await AddAsync("reader", ("/jobs/", EtcdAccess.Read));
        await Root.Auth.EnableAsync();
    }

    public async Task DisposeAsync()
    {
        await Root.DisposeAsync();
        await _server.DisposeAsync();
        Ours.Dispose();
        Others.Dispose();
    }

    /// <summary>What the environment of a command says: all that is needed to use this etcd as a user.</summary>
    public Dictionary<string, string> Environment(string user = "app") => new()
    {
        ["ETCDCTL_ENDPOINTS"] = Endpoint.Authority,
        ["ETCDCTL_CACERT"] = Ours.AuthorityFile,
        ["ETCDCTL_CERT"] = _client.CertificateFile,
        ["ETCDCTL_KEY"] = _client.KeyFile,
        ["ETCDCTL_USER"] = user,
        ["COORDINATION_ETCD_PASSWORD"] = Password,
    };

    /// <summary>The same as options, but for the password.</summary>
    public string[] Options(string user = "app") =>
        ["--etcd", Endpoint.Authority, "--cacert", Ours.AuthorityFile, "--cert", _client.CertificateFile, "--key", _client.KeyFile, "--user", user];

    private async Task AddAsync(string user, params (string Prefix, EtcdAccess Access)[] permissions)
    {
        await Root.Auth.AddUserAsync(user, Password);
        await Root.Auth.AddRoleAsync(user);
        foreach (var (prefix, access) in permissions)
        {
            await Root.Auth.GrantPermissionAsync(user, KeyRange.Prefix(prefix), access);
        }

        await Root.Auth.GrantRoleAsync(user, user);
    }
}
