using Akka.Configuration;
using Coordination.Etcd;
using Coordination.Hosting;

namespace Coordination.Tests.Etcd.Security;

public sealed class SecurityOptionsTests
{
    private static readonly string NoSuchFile = Path.Combine(Path.GetTempPath(), "no-such-file.pem");

    [Fact]
    public void Every_bad_option_is_named_with_what_is_allowed()
    {
        var text = Path.GetTempFileName();
        File.WriteAllText(text, "no certificate");
        var remote = new Uri("http://etcd.example:2379");
        (EtcdClientOptions Options, string Problem)[] wrong =
        [
            (new() { Tls = new() { AuthorityFile = NoSuchFile } }, "Tls.AuthorityFile is"),
            (new() { Tls = new() { AuthorityFile = text } }, "it has no certificate"),
            (new() { Tls = new() { CertificateFile = NoSuchFile } }, "there is no such file"),
            (new() { Tls = new() { CertificateFile = text } }, "Tls.CertificateFile is"),
            (new() { Tls = new() { KeyFile = "/key" } }, "a key needs its certificate"),
            (new() { Tls = new() { ServerName = "not a name" } }, "Tls.ServerName is 'not a name'"),
            (new() { Credentials = new("") { Password = "p" } }, "Credentials.User is ''"),
            (new() { Credentials = new("u") }, "exactly one of"),
            (new() { Credentials = new("u") { PasswordFile = NoSuchFile } }, "there is no such file"),
            (new() { Credentials = new("u") { Password = "p", LoginPause = TimeSpan.Zero } }, "Credentials.LoginPause is"),
            (new() { Endpoints = [remote], Credentials = new("u") { Password = "p" } }, "the password would travel in plaintext"),
            (new() { PingDelay = TimeSpan.FromSeconds(1) }, "PingDelay is '00:00:01': allowed is 00:00:05 to"),
            (new() { PingTimeout = TimeSpan.Zero }, "PingTimeout is"),
            (new() { RetryLimit = TimeSpan.FromSeconds(-1) }, "RetryLimit is"),
        ];

        Assert.All(wrong, w => Assert.Contains(w.Problem, Assert.Single(w.Options.Validate()), StringComparison.Ordinal));
        Assert.Empty(new EtcdClientOptions { Endpoints = [remote], Credentials = new("u") { Password = "p", AllowPlaintext = true } }.Validate());
        Assert.Empty(new EtcdClientOptions { Endpoints = [new Uri("https://etcd.example:2379")], Credentials = new("u") { Password = "p" } }.Validate());
        Assert.Contains(
            "only one of the two is allowed",
            string.Join(' ', new EtcdClientOptions { Tls = new() { AuthorityFile = NoSuchFile, SkipServerVerification = true } }.Validate()),
            StringComparison.Ordinal);
        File.Delete(text);
    }

    [Fact]
    public void A_password_is_shown_by_nothing()
    {
        var options = new CoordinationOptions { Etcd = new() { Credentials = new("anna") { Password = "s3cret" } } };

        Assert.DoesNotContain("s3cret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", string.Join(' ', (options with { Etcd = options.Etcd with { Endpoints = [new Uri("http://a.example:1")] } }).Validate()), StringComparison.Ordinal);
        Assert.Contains("anna", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_says_all_of_it()
    {
        var read = HoconOptions.Read(ConfigurationFactory.ParseString("""
            coordination.etcd {
              cluster-id = cdf818194e3a8c32
              retry-limit = 3s
              ping-delay = 20s
              tls { authority-file = "/ca", certificate-file = "/c", key-file = "/k", server-name = "etcd", skip-server-verification = true }
              credentials { user = "anna", password = "p", allow-plaintext = true, login-pause = 2s }
            }
            """)).Etcd;

        Assert.Equal((0xcdf818194e3a8c32ul, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20)), (read.ClusterId, read.RetryLimit, read.PingDelay));
        Assert.Equal(
            new EtcdTlsOptions { AuthorityFile = "/ca", CertificateFile = "/c", KeyFile = "/k", ServerName = "etcd", SkipServerVerification = true }, read.Tls);
        Assert.Equal(new EtcdCredentials("anna") { Password = "p", AllowPlaintext = true, LoginPause = TimeSpan.FromSeconds(2) }, read.Credentials);
        var wrong = Assert.Throws<ArgumentException>(() => HoconOptions.Read(ConfigurationFactory.ParseString("coordination.etcd.cluster-id = xyz")));
        Assert.Contains("'xyz'", wrong.Message, StringComparison.Ordinal);
    }
}
