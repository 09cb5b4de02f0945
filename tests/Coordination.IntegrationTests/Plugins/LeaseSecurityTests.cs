using Akka.Coordination;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>Leases on an etcd that wants to know who asks.</summary>
public sealed class LeaseSecurityTests
{
    [Fact]
    public async Task With_a_wrong_password_acquiring_fails_within_the_operation_timeout_and_says_why()
    {
        await using var server = await RealEtcd.StartAsync("--bcrypt-cost", "4");
        await using var root = server.CreateClient();
        await root.Auth.AddUserAsync("root", "right");
        await root.Auth.AddRoleAsync("root");
        await root.Auth.GrantRoleAsync("root", "root");
        await root.Auth.EnableAsync();
        var actors = PluginActors.StartShort(server.Endpoint, $$"""
            {{PluginActors.LeasePath}}.lease-operation-timeout = 2s
            coordination.etcd.credentials { user = root, password = "wrong-s3cret" }
            """);

        var error = await Assert.ThrowsAnyAsync<LeaseException>(() => actors.Lease("secured", "a").Acquire().InTime());

        Assert.Contains("authentication", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
        await actors.Terminate().InTime();
    }
}
