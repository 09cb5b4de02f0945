using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Services;

/// <summary>What <c>register</c> and <c>discover</c> tell of what goes wrong.</summary>
public sealed class ServiceNewsTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;
    private EtcdClient _client = null!;

    private string Endpoint => _etcd.Endpoint.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync()
    {
        _etcd = await RealEtcd.StartAsync();
        _client = _etcd.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task Discover_shows_what_is_set_aside_as_it_comes_and_goes()
    {
        using var lines = new DemoProcess("discover", "web", "--etcd", Endpoint);
        using var json = new DemoProcess("discover", "web", "--etcd", Endpoint, "--json");
        await lines.PrintedAsync("view     0 instances");

        await _client.PutAsync("/services/web/poison", "\u0001 no instance");
        await lines.PrintedAsync("ASIDE    /services/web/poison: ");
        var told = await json.PrintedAsync("poison");
        await _client.DeleteAsync("/services/web/poison");
        await lines.PrintedAsync("no more  set aside: /services/web/poison");
        lines.Interrupt();
        json.Interrupt();

        Assert.Equal("/services/web/poison", JsonDocument.Parse(told).RootElement.GetProperty("rejected")[0].GetProperty("key").GetString());
        Assert.Equal(0, (await lines.EndAsync()).ExitCode);
        Assert.Equal(0, (await json.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Register_says_that_it_was_repaired()
    {
        using var registration = new DemoProcess("register", "web", "10.0.0.1:80", "--id", "a", "--etcd", Endpoint);
        await registration.PrintedAsync("web/a at 10.0.0.1:80");

        await _client.DeleteAsync("/services/web/a");
        await registration.PrintedAsync("Instance web/a is repaired: its keys were deleted");
        await _client.UntilAsync("/services/web/a", key => key is not null);
        registration.Interrupt();

        Assert.Equal(0, (await registration.EndAsync()).ExitCode);
    }
}
