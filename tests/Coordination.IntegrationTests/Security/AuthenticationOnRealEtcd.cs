using Coordination.Etcd;
using Coordination.IntegrationTests.Discovery;
using Microsoft.Extensions.Logging;

namespace Coordination.IntegrationTests.Security;

/// <summary>Users, passwords and tokens against a real etcd, whose tokens live two seconds.</summary>
public sealed class AuthenticationOnRealEtcd : IAsyncLifetime
{
    private const string RootPassword = "root-s3cret";
    private const string Password = "anna-s3cret";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private RealEtcd _server = null!;
    private EtcdClient _root = null!;

    public async Task InitializeAsync()
    {
        _server = await RealEtcd.StartAsync("--auth-token-ttl", "2", "--bcrypt-cost", "4", "--logger", "zap");

        // Not yet needed when it is made: authentication is off then.
        _root = Client(new EtcdCredentials("root") { Password = RootPassword });
        await _root.Auth.AddUserAsync("root", RootPassword);
        await _root.Auth.AddRoleAsync("root");
        await _root.Auth.GrantRoleAsync("root", "root");
        await _root.Auth.AddUserAsync("anna", Password);
        await _root.Auth.AddRoleAsync("app");
        await _root.Auth.GrantPermissionAsync("app", KeyRange.Prefix("app/"), EtcdAccess.ReadWrite);
        await _root.Auth.GrantPermissionAsync("app", KeyRange.Prefix("coordination/"), EtcdAccess.ReadWrite);
        await _root.Auth.GrantRoleAsync("anna", "app");
        await _root.Auth.EnableAsync();
    }

    public async Task DisposeAsync()
    {
        await _root.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_user_may_what_its_roles_allow_and_is_told_what_they_do_not()
    {
        await using var etcd = Client(new EtcdCredentials("anna") { Password = Password });

        await etcd.PutAsync("app/k", "v");
        var put = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync("other/k", "v"));
        var watch = await WatchEndAsync(etcd, "other/k");

        Assert.Equal("v", (await etcd.GetAsync("app/k")).First!.Value.ToText());
        Assert.All([put, watch], e => Assert.Equal((CoordinationErrorKind.PermissionDenied, EtcdSecurityProblem.PermissionDenied), (e.Kind, e.SecurityProblem)));
        Assert.All([put, watch], e => Assert.Contains("grant-permission", e.Message, StringComparison.Ordinal));
        Assert.Equal(WriteOutcome.NotApplied, put.Outcome);
        Assert.Null((await _root.GetAsync("other/k")).First);
    }

    [Fact]
    public async Task Without_a_user_with_an_unknown_one_and_with_a_wrong_password_nothing_is_done()
    {
        await using var nobody = Client(null);
        await using var unknown = Client(new EtcdCredentials("bert") { Password = "b" });
        await using var wrong = Client(new EtcdCredentials("anna") { Password = "not-it-s3cret" });

        var errors = new List<EtcdException>();
        foreach (var etcd in (EtcdClient[])[nobody, unknown, wrong])
        {
            errors.Add(await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync("app/k", "v")));
        }

        errors.Add(await WatchEndAsync(wrong, "app/k"));
        Assert.All(errors, e => Assert.Equal((CoordinationErrorKind.Unauthenticated, WriteOutcome.NotApplied), (e.Kind, e.Outcome)));
        Assert.Equal(
            [EtcdSecurityProblem.UserRequired, EtcdSecurityProblem.WrongPassword, EtcdSecurityProblem.WrongPassword, EtcdSecurityProblem.WrongPassword],
            errors.Select(e => e.SecurityProblem));
        Assert.Contains("set Credentials", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("login of 'bert' failed", errors[1].Message, StringComparison.Ordinal);
        Assert.All(errors, e => Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_expired_token_is_renewed_by_requests_and_watches_without_anybody_noticing()
    {
        var log = new LogRecord();
        await using var etcd = Client(new EtcdCredentials("anna") { Password = Password }, log);
        var now = (await etcd.PutAsync("app/a", "1")).Header.Revision;
        using var before = new WatchProbe(etcd, new EtcdWatchSpec("app/a", now.Next));
        await before.UntilAsync(signal => signal is EtcdWatchSignal.Created);
        await TokensExpireAsync("anna", 1);

        // The watch comes first, on the stream that began with the old token, which this etcd calls a denied permission.
        using var after = new WatchProbe(etcd, new EtcdWatchSpec("app/b", now.Next));
        await after.UntilAsync(signal => signal is EtcdWatchSignal.Created);
        await TokensExpireAsync("anna", 2);
        await etcd.PutAsync("app/a", "2");
        await etcd.PutAsync("app/b", "2");

        await before.UntilAsync(signal => signal is EtcdWatchSignal.Changes);
        await after.UntilAsync(signal => signal is EtcdWatchSignal.Changes);
        Assert.DoesNotContain(before.Seen.Concat(after.Seen), signal => signal is EtcdWatchSignal.Ended);
        Assert.Equal(3, log.Lines.Count(line => line.Contains("Logged in", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_who_need_a_token_at_once_log_in_once()
    {
        var log = new LogRecord();
        await using var etcd = Client(new EtcdCredentials("anna") { Password = Password }, log);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => etcd.PutAsync($"app/{n}", "v")));

        Assert.Single(log.Lines, line => line.Contains("Logged in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password_is_asked_about_once_in_a_pause_and_not_by_everybody()
    {
        var log = new LogRecord();
        await using var etcd = Client(new EtcdCredentials("anna") { Password = "wrong", LoginPause = TimeSpan.FromMinutes(1) }, log);

        for (var n = 0; n < 20; n++)
        {
            await Assert.ThrowsAsync<EtcdException>(() => etcd.GetAsync("app/k"));
        }

        Assert.Single(log.Lines, line => line.Contains("Login to etcd as anna failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_that_is_changed_in_its_file_is_used_by_the_next_login()
    {
        await _root.Auth.AddUserAsync("carl", "first");
        await _root.Auth.GrantRoleAsync("carl", "app");
        using var folder = new CertificateFolder();
        var file = folder.Write("password", "first\n");
        await using var etcd = Client(new EtcdCredentials("carl") { PasswordFile = file });
        await etcd.PutAsync("app/k", "1");

        // That makes the token invalid, too.
        await _root.Auth.ChangePasswordAsync("carl", "second");
        File.WriteAllText(file, "second\r\n");

        await etcd.PutAsync("app/k", "2");
    }

    [Fact]
    public async Task A_lock_is_held_across_expired_tokens_and_a_withdrawn_permission_is_told()
    {
        await _root.Auth.AddUserAsync("dora", "d");
        await _root.Auth.AddRoleAsync("locks");
        await _root.Auth.GrantPermissionAsync("locks", KeyRange.Prefix("app/"), EtcdAccess.ReadWrite);
        await _root.Auth.GrantPermissionAsync("locks", KeyRange.Prefix("coordination/"), EtcdAccess.ReadWrite);
        await _root.Auth.GrantRoleAsync("dora", "locks");
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            // Longer than three lives of a token: the read that proves a renewal would keep it alive.
            SessionTtl = TimeSpan.FromSeconds(15),
            Etcd = new EtcdClientOptions { Endpoints = [_server.Endpoint], Credentials = new EtcdCredentials("dora") { Password = "d" } },
        });
        var first = await system.Lock("app/lock").AcquireAsync(Limit);

        await TokensExpireAsync("dora", 1);
        Assert.True(first.IsHeld);
        await first.DisposeAsync();
        await using var second = await system.Lock("app/lock").AcquireAsync(Limit);
        await _root.Auth.RevokePermissionAsync("locks", KeyRange.Prefix("app/"));

        var error = await Assert.ThrowsAsync<EtcdException>(() => system.Lock("app/other").AcquireAsync(Limit));
        Assert.Equal(CoordinationErrorKind.PermissionDenied, error.Kind);
        Assert.True(second.Token > first.Token);
        await _root.Auth.GrantPermissionAsync("locks", KeyRange.Prefix("app/"), EtcdAccess.ReadWrite);
    }

    [Fact]
    public async Task A_registration_and_a_view_live_across_expired_tokens()
    {
        await _root.Auth.AddUserAsync("emil", "e");
        await _root.Auth.AddRoleAsync("services");
        await _root.Auth.GrantPermissionAsync("services", KeyRange.Prefix("/services/"), EtcdAccess.ReadWrite);
        await _root.Auth.GrantPermissionAsync("services", KeyRange.Prefix("coordination/"), EtcdAccess.ReadWrite);
        await _root.Auth.GrantRoleAsync("emil", "services");
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            // Longer than three lives of a token: the read that proves a renewal would keep it alive.
            SessionTtl = TimeSpan.FromSeconds(15),
            Etcd = new EtcdClientOptions { Endpoints = [_server.Endpoint], Credentials = new EtcdCredentials("emil") { Password = "e" } },
        });
        await using var registration = system.Register(new ServiceInstance { Service = "web", Id = "a", Host = "10.0.0.1", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        using var discovery = system.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a");
        var lease = registration.Lease;

        await TokensExpireAsync("emil", 1);
        await registration.UpdateAsync(instance => instance with { Weight = 7 });
        await record.UntilAsync(told => told[^1] is ServiceChange.Changed { Instance.Weight: 7 });
        await TokensExpireAsync("emil", 2);
        var start = TimeProvider.System.GetTimestamp();
        await _root.PutAsync("/services/web/b", "10.0.0.2:1");
        await record.UntilIdsAsync("a", "b");
        await _root.DeleteAsync("/services/web/a");
        await record.UntilIdsAsync("b");
        await record.UntilIdsAsync("a", "b");

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(lease, registration.Lease);
        Assert.DoesNotContain(record.Told, change => change is ServiceChange.Stale);
        await record.CheckAgainstAsync(_root);
    }

    [Fact]
    public void Nothing_that_can_be_printed_shows_the_password()
    {
        var options = new EtcdClientOptions { Endpoints = [new Uri("http://etcd.example:2379")], Credentials = new EtcdCredentials("anna") { Password = Password } };
        var whole = new CoordinationOptions { Etcd = options };
        var refused = Assert.Throws<ArgumentException>(() => new EtcdClient(options));

        Assert.All([options.ToString(), whole.ToString(), options.Credentials!.ToString(), refused.ToString()], text =>
        {
            Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
        });
        Assert.Contains("anna", options.ToString(), StringComparison.Ordinal);
        Assert.Contains("plaintext", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Until etcd says that so many tokens of a user have expired. (To ask with a token would keep it alive.)</summary>
    private Task TokensExpireAsync(string user, int count) => _server.SaysAsync(count, "deleted a simple token", $"\"user-name\":\"{user}\"");

    private static async Task<EtcdException> WatchEndAsync(EtcdClient etcd, string key)
    {
        using var probe = new WatchProbe(etcd, new EtcdWatchSpec(key, Revision.None));
        return ((EtcdWatchSignal.Ended)await probe.UntilAsync(signal => signal is EtcdWatchSignal.Ended)).Cause;
    }

    private EtcdClient Client(EtcdCredentials? credentials, ILoggerFactory? log = null)
    {
        var options = new EtcdClientOptions { Endpoints = [_server.Endpoint], Credentials = credentials };
        return new EtcdClient(log is null ? options : options with { LoggerFactory = log });
    }
}
