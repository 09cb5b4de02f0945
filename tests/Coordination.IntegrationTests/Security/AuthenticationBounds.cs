using Coordination.Etcd;
using Coordination.IntegrationTests.Discovery;

namespace Coordination.IntegrationTests.Security;

/// <summary>Within which time expired tokens are made up for.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class AuthenticationBounds : EtcdWithUsers
{
    [Fact]
    public async Task A_registration_and_a_view_live_across_expired_tokens()
    {
        await Root.Auth.AddUserAsync("emil", "e");
        await Root.Auth.AddRoleAsync("services");
        await Root.Auth.GrantPermissionAsync("services", KeyRange.Prefix("/services/"), EtcdAccess.ReadWrite);
        await Root.Auth.GrantPermissionAsync("services", KeyRange.Prefix("coordination/"), EtcdAccess.ReadWrite);
        await Root.Auth.GrantRoleAsync("emil", "services");
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            // Longer than three lives of a token: the read that proves a renewal would keep it alive.
            SessionTtl = TimeSpan.FromSeconds(15),
            Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint], Credentials = new EtcdCredentials("emil") { Password = "e" } },
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
        await Root.PutAsync("/services/web/b", "10.0.0.2:1");
        await record.UntilIdsAsync("a", "b");
        await Root.DeleteAsync("/services/web/a");
        await record.UntilIdsAsync("b");
        await record.UntilIdsAsync("a", "b");

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(lease, registration.Lease);
        Assert.DoesNotContain(record.Told, change => change is ServiceChange.Stale);
        await record.CheckAgainstAsync(Root);
    }
}
