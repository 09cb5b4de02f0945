using Coordination.Etcd;
using Microsoft.Extensions.Logging;

namespace Coordination.IntegrationTests.Security;

/// <summary>A real etcd with users, whose tokens live two seconds.</summary>
/// <param name="tokens">Its options about tokens. By default they are its own ("simple"), and using one keeps it alive.</param>
public abstract class EtcdWithUsers(params string[] tokens) : IAsyncLifetime
{
    private const string RootPassword = "root-s3cret";
    protected const string Password = "anna-s3cret";

    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    protected RealEtcd Server { get; private set; } = null!;

    protected EtcdClient Root { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Since 3.5 it says at this level only that a token has expired.
        Server = await RealEtcd.StartAsync([.. tokens.Length > 0 ? tokens : ["--auth-token-ttl", "2"], "--bcrypt-cost", "4", "--logger", "zap", "--log-level", "debug"]);

        // Not yet needed when it is made: authentication is off then.
        Root = Client(new EtcdCredentials("root") { Password = RootPassword });
        await Root.Auth.AddUserAsync("root", RootPassword);
        await Root.Auth.AddRoleAsync("root");
        await Root.Auth.GrantRoleAsync("root", "root");
        await Root.Auth.AddUserAsync("anna", Password);
        await Root.Auth.AddRoleAsync("app");
        await Root.Auth.GrantPermissionAsync("app", KeyRange.Prefix("app/"), EtcdAccess.ReadWrite);
        await Root.Auth.GrantPermissionAsync("app", KeyRange.Prefix("coordination/"), EtcdAccess.ReadWrite);
        await Root.Auth.GrantRoleAsync("anna", "app");
        await Root.Auth.EnableAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await Root.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>Until etcd says that so many tokens of a user have expired. (To ask with a token would keep it alive.)</summary>
    protected Task TokensExpireAsync(string user, int count) => Server.SaysAsync(count, "deleted a simple token", $"\"user-name\":\"{user}\"");

    protected EtcdClient Client(EtcdCredentials? credentials, ILoggerFactory? log = null)
    {
        var options = new EtcdClientOptions { Endpoints = [Server.Endpoint], Credentials = credentials };
        return new EtcdClient(log is null ? options : options with { LoggerFactory = log });
    }
}
