using System.Security.Cryptography;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Security;

/// <summary>Tokens that are signed and not remembered: they end at their time, used or not, and with each change of users and roles.</summary>
public sealed class JwtOnRealEtcd : EtcdWithUsers
{
    private readonly CertificateFolder _keys;

    public JwtOnRealEtcd()
        : this(new CertificateFolder())
    {
    }

    private JwtOnRealEtcd(CertificateFolder keys)
        : base("--auth-token", Settings(keys)) => _keys = keys;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task Requests_a_watch_and_a_lock_go_on_across_tokens_that_end()
    {
        var log = new LogRecord();
        await using var etcd = Client(new EtcdCredentials("anna") { Password = Password }, log);
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(5),
            Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint], Credentials = new EtcdCredentials("anna") { Password = Password } },
        });
        await using var handle = await system.Lock("app/lock").AcquireAsync(Limit);
        var first = (await etcd.PutAsync("app/n", "0")).Header.Revision;
        using var watch = new WatchProbe(etcd, new EtcdWatchSpec("app/n", first.Next));

        var puts = 0;
        while (log.Lines.Count(line => line.Contains("Logged in", StringComparison.Ordinal)) < 4)
        {
            await etcd.PutAsync("app/n", $"{++puts}");
        }

        await watch.UntilAsync(signal => signal is EtcdWatchSignal.Changes changes && changes.Events[^1].Current.Value.ToText() == $"{puts}");
        Assert.Equal(puts, watch.Seen.OfType<EtcdWatchSignal.Changes>().Sum(changes => changes.Events.Length));
        Assert.DoesNotContain(watch.Seen, signal => signal is EtcdWatchSignal.Ended);
        Assert.True(handle.IsHeld, $"{handle.LossReason}");
    }

    [Fact]
    public async Task A_token_from_before_a_change_of_users_is_replaced_without_anybody_noticing()
    {
        var log = new LogRecord();
        await using var etcd = Client(new EtcdCredentials("anna") { Password = Password }, log);
        await etcd.PutAsync("app/k", "1");

        await Root.Auth.AddUserAsync("bert", "b");
        await etcd.PutAsync("app/k", "2");

        Assert.Equal("2", (await etcd.GetAsync("app/k")).First!.Value.ToText());
        Assert.InRange(log.Lines.Count(line => line.Contains("Logged in", StringComparison.Ordinal)), 2, 4);
    }

    private static string Settings(CertificateFolder folder)
    {
        using var rsa = RSA.Create(2048);
        return $"jwt,pub-key={folder.Write("jwt.pub", rsa.ExportSubjectPublicKeyInfoPem())},priv-key={folder.Write("jwt.key", rsa.ExportRSAPrivateKeyPem())},sign-method=RS256,ttl=2s";
    }
}
