using Coordination.IntegrationTests.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.IntegrationTests.Hosting;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class HostStopOnEmbedded(EmbeddedFixture fixture) : HostStopContract(fixture), IClassFixture<EmbeddedFixture>;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class HostStopOnRealEtcd(RealEtcdFixture fixture) : HostStopContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Within which time a host stops.</summary>
public abstract class HostStopContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_host_stops_in_bounded_time_while_etcd_hangs()
    {
        await using var proxy = TcpProxy.To(fixture.Server.Endpoint);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCoordination(options =>
        {
            (options.StartTimeout, options.StopTimeout) = (Limit, TimeSpan.FromMilliseconds(300));
            options.Etcd.Endpoints = [proxy.Endpoint];
        });
        using var host = builder.Build();
        await host.StartAsync();
        var registration = host.Services.GetRequiredService<IServiceRegistry>().Register(new ServiceInstance { Service = "hanging", Host = "127.0.0.1", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        proxy.BlackHole(true);

        var start = TimeProvider.System.GetTimestamp();
        await host.StopAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(3));
    }
}
