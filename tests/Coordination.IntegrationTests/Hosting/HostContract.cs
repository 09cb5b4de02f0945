using System.Collections.Concurrent;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.IntegrationTests.Hosting;

public sealed class HostOnEmbedded(EmbeddedFixture fixture) : HostContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class HostOnRealEtcd(RealEtcdFixture fixture) : HostContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>A system in a host: started, injected, and stopped around the host's own services.</summary>
public abstract class HostContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _service = $"h{Guid.NewGuid():N}";

    [Fact]
    public async Task A_host_that_stops_drains_and_deregisters_before_its_services_stop_and_gives_the_lease_back_after_that()
    {
        var journal = new ConcurrentQueue<string>();
        var builder = Builder(options => options.Services.DrainTime = TimeSpan.FromMilliseconds(300));
        builder.Services.AddSingleton(journal).AddSingleton(new Registered(_service)).AddHostedService<Journalist>();
        using var host = builder.Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<CoordinationSystem>();
        await host.Services.GetRequiredService<IServiceRegistry>()
            .Register(new ServiceInstance { Service = _service, Host = "127.0.0.1", Port = 1 }).WaitUntilRegisteredAsync(Limit);
        await using var watcher = fixture.Server.StartSystem();
        using var discovery = watcher.Discover(_service);
        var lease = system.SessionLease;
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var following = FollowAsync(discovery, journal, gone);
        await discovery.WaitForViewAsync(Limit);

        await host.StopAsync();
        await gone.Task.WaitAsync(Limit);

        Assert.Equal(["draining", "down", "service stops, held: True"], journal.OrderBy(entry => entry.StartsWith("service", StringComparison.Ordinal)));
        Assert.DoesNotContain(lease, await watcher.Etcd.ListLeasesAsync());
        Assert.Equal(CoordinationHealthState.Stopped, system.Health.State);
        discovery.Dispose();
        await following;
    }

    [Fact]
    public async Task The_faces_of_a_system_work_and_end_with_it()
    {
        using var host = Builder(options => options.StartTimeout = Limit).Build();
        await host.StartAsync();
        var services = host.Services;

        Assert.True(services.GetRequiredService<CoordinationSystem>().IsReady);
        await using (var handle = await services.GetRequiredService<ILocks>().Lock($"/{_service}").AcquireAsync(Limit))
        {
            Assert.True((await services.GetRequiredService<IEtcdClient>().TxnAsync(new EtcdOp.Txn { If = [handle.Guard] })).Succeeded);
        }

        await using (var leadership = await services.GetRequiredService<IElections>().Election($"/{_service}/e").CampaignAsync("me"))
        {
            Assert.True(leadership.IsLeader);
        }

        var locks = services.GetRequiredService<ILocks>();
        await host.StopAsync();
        Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => locks.Lock("/k").AcquireAsync(Limit))).Kind);
    }

    [Fact]
    public async Task A_host_that_is_to_wait_for_etcd_does_not_start_without_it_and_says_why()
    {
        await using var proxy = TcpProxy.To(fixture.Server.Endpoint);
        proxy.Refuse = true;
        using var host = Builder(options =>
        {
            (options.StartTimeout, options.StopTimeout) = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(200));
            options.Etcd.Endpoints = [proxy.Endpoint];
        }).Build();

        var error = await Assert.ThrowsAsync<CoordinationException>(() => host.StartAsync());

        Assert.Contains(proxy.Endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    private static async Task FollowAsync(IServiceDiscovery discovery, ConcurrentQueue<string> journal, TaskCompletionSource gone)
    {
        await foreach (var change in discovery.ChangesAsync())
        {
            switch (change)
            {
                case ServiceChange.Changed { Instance.State: InstanceState.Draining }:
                    journal.Enqueue("draining");
                    break;
                case ServiceChange.Down:
                    journal.Enqueue("down");
                    gone.TrySetResult();
                    break;
            }
        }
    }

    private HostApplicationBuilder Builder(Action<CoordinationOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Coordination:Etcd:Endpoints", (string?)fixture.Server.Endpoint.GetLeftPart(UriPartial.Authority))]);
        builder.Services.AddCoordination(configure);
        return builder;
    }

    private sealed record Registered(string Service);

    /// <summary>Writes down that it is stopped, and whether the lease is still there then, and the instance not any more.</summary>
    private sealed class Journalist(ConcurrentQueue<string> journal, CoordinationSystem system, Registered registered) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => system.WaitUntilReadyAsync(Limit, cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            var instances = await system.Etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix($"/services/{registered.Service}/")) { CountOnly = true }, cancellationToken);
            journal.Enqueue($"service stops, held: {system.IsReady && instances.Count == 0}");
        }
    }
}
