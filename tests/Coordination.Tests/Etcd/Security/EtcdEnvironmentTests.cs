using Coordination.Etcd;

namespace Coordination.Tests.Etcd.Security;

public sealed class EtcdEnvironmentTests
{
    private readonly Dictionary<string, string> _variables = [];

    [Fact]
    public void Nothing_set_changes_nothing()
    {
        var defaults = new EtcdClientOptions { Credentials = new EtcdCredentials("u") { Password = "p" } };

        Assert.Equal(defaults, Read(defaults));
    }

    [Fact]
    public void Everything_can_be_set()
    {
        Set("ENDPOINTS", "https://a:1,https://b:2");
        Set("CA_FILE", "/ca");
        Set("CERT_FILE", "/cert");
        Set("KEY_FILE", "/key");
        Set("SERVER_NAME", "etcd");
        Set("USER", "anna");
        Set("PASSWORD_FILE", "/password");
        Set("ALLOW_PLAINTEXT", "true");

        var read = Read();

        Assert.Equal(["https://a:1/", "https://b:2/"], read.Endpoints.Select(e => e.ToString()));
        Assert.Equal(new EtcdTlsOptions { AuthorityFile = "/ca", CertificateFile = "/cert", KeyFile = "/key", ServerName = "etcd" }, read.Tls);
        Assert.Equal(new EtcdCredentials("anna") { PasswordFile = "/password", AllowPlaintext = true }, read.Credentials);
    }

    [Fact]
    public void The_variables_of_etcdctl_count_where_ours_are_not_set()
    {
        _variables["ETCDCTL_CACERT"] = "/theirs";
        _variables["ETCDCTL_CERT"] = "/cert";
        _variables["ETCDCTL_USER"] = "anna:a:b";
        _variables["ETCDCTL_INSECURE_SKIP_TLS_VERIFY"] = "true";
        Set("CA_FILE", "/ours");

        var read = Read();

        Assert.Equal(("/ours", "/cert", true), (read.Tls.AuthorityFile, read.Tls.CertificateFile, read.Tls.SkipServerVerification));
        Assert.Equal(new EtcdCredentials("anna") { Password = "a:b" }, read.Credentials);
    }

    [Theory]
    [InlineData("http://a:1/", "a:1", "")]
    [InlineData("https://a:1/", "a:1", "/ca")]
    [InlineData("http://a:1/", "http://a:1", "/ca")]
    public void Etcdctls_endpoints_may_come_without_a_scheme(string expected, string endpoints, string authority)
    {
        _variables["ETCDCTL_ENDPOINTS"] = endpoints;
        _variables["ETCDCTL_CACERT"] = authority;

        Assert.Equal([expected], Read().Endpoints.Select(e => e.ToString()));
    }

    [Fact]
    public void A_password_of_the_environment_replaces_the_file_of_the_options_and_the_reverse()
    {
        Set("PASSWORD", "p");
        Assert.Equal(new EtcdCredentials("u") { Password = "p" }, Read(new() { Credentials = new("u") { PasswordFile = "/f" } }).Credentials);

        _variables.Clear();
        Set("PASSWORD_FILE", "/f");
        Assert.Equal(new EtcdCredentials("u") { PasswordFile = "/f" }, Read(new() { Credentials = new("u") { Password = "p" } }).Credentials);
    }

    [Theory]
    [InlineData("ENDPOINTS", "no-scheme:1", "COORDINATION_ETCD_ENDPOINTS cannot be used")]
    [InlineData("SKIP_VERIFICATION", "maybe", "COORDINATION_ETCD_SKIP_VERIFICATION is 'maybe'")]
    public void What_cannot_be_used_is_named(string name, string value, string message)
    {
        Set(name, value);

        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Read()).Message, StringComparison.Ordinal);
    }

    private void Set(string name, string value) => _variables[EtcdEnvironment.Prefix + name] = value;

    private EtcdClientOptions Read(EtcdClientOptions? defaults = null) => EtcdEnvironment.Read(defaults ?? new(), name => _variables.GetValueOrDefault(name));
}
