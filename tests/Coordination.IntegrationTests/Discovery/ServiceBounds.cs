using Coordination.Demo.Tests.Support;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Discovery;

/// <summary>How soon registrations and views are right again after what is done to a process, a connection, or to the keys and leases themselves.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ServiceBounds : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Half = TimeSpan.FromMilliseconds(500);

    private static readonly Bytes Key = "/services/web/a";

    private RealEtcd _etcd = null!;
    private EtcdClient _client = null!;

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
    public async Task The_instance_of_a_process_that_is_killed_leaves_the_view_within_the_TTL_and_half_a_second()
    {
        using var process = await RegisterProcessAsync(ttlSeconds: 3);
        await using var watching = _etcd.StartSystem("watching");
        using var discovery = watching.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a");

        var start = TimeProvider.System.GetTimestamp();
        process.Signal(Signals.Kill);
        await record.UntilIdsAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(3) + Half);
    }

    [Fact]
    public async Task A_process_that_was_stopped_for_longer_than_its_TTL_registers_again_within_two_seconds_when_it_goes_on()
    {
        using var process = await RegisterProcessAsync(ttlSeconds: 2);
        await using var watching = _etcd.StartSystem("watching");
        using var discovery = watching.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a");
        var lease = discovery.Current.Instances[0].Lease;

        process.Signal(Signals.Stop);
        await record.UntilIdsAsync();
        process.Signal(Signals.Continue);
        var start = TimeProvider.System.GetTimestamp();
        await record.UntilIdsAsync("a");

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.NotEqual(lease, discovery.Current.Instances[0].Lease);
        await record.CheckAgainstAsync(_client);
    }

    [Fact]
    public async Task On_a_half_open_connection_views_and_registrations_go_on_at_the_other_endpoint_within_a_third_of_the_TTL()
    {
        var ttl = TimeSpan.FromSeconds(9);
        await using var first = new TcpProxy(_etcd.Endpoint);
        await using var second = new TcpProxy(_etcd.Endpoint);
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = ttl,
            Etcd = new EtcdClientOptions
            {
                Endpoints = [first.Endpoint, second.Endpoint],
                RequestTimeout = TimeSpan.FromSeconds(1),
                WatchSilenceLimit = TimeSpan.FromSeconds(1),
            },
        });
        await using var registration = await RegisterAsync(system);
        using var discovery = system.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a");
        var lease = registration.Lease;

        first.FreezeLinks();
        first.Refuse = true;
        var start = TimeProvider.System.GetTimestamp();
        await _client.PutAsync(new EtcdOp.Put("/services/web/b", "10.0.0.2:1"));
        await Task.WhenAll(registration.UpdateAsync(i => i with { Weight = 7 }), record.UntilIdsAsync("a", "b"));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, ttl / 3);
        Assert.Equal((lease, false), (registration.Lease, record.WasEmptied));
        await record.UntilAsync(told => told.OfType<ServiceChange.Changed>().Any(c => c.Instance.Weight == 7) || told.OfType<ServiceChange.Resynced>().Last().View.Instances[0].Weight == 7);
        await record.CheckAgainstAsync(_client);
    }

    [Fact]
    public async Task After_its_lease_was_revoked_it_is_registered_again_within_half_a_second()
    {
        await using var system = _etcd.StartSystem();
        await using var registration = await RegisterAsync(system);
        var lease = registration.Lease;

        var elapsed = await TimeAsync(() => _client.RevokeLeaseAsync(lease), kv => kv is not null && kv.Lease != lease);

        Assert.InRange(elapsed, TimeSpan.Zero, Half);
    }

    [Fact]
    public async Task A_key_that_was_deleted_is_there_again_within_half_a_second()
    {
        await using var system = _etcd.StartSystem();
        await using var registration = await RegisterAsync(system);

        var elapsed = await TimeAsync(() => _client.DeleteAsync(new EtcdOp.Delete(Key)), kv => kv is not null && kv.Lease == registration.Lease);

        Assert.InRange(elapsed, TimeSpan.Zero, Half);
    }

    [Fact]
    public async Task A_key_that_was_overwritten_is_repaired_within_a_second()
    {
        await using var system = _etcd.StartSystem();
        await using var registration = await RegisterAsync(system);
        var value = (await _client.GetAsync(new EtcdOp.Get(Key))).First!.Value;

        var elapsed = await TimeAsync(
            () => _client.PutAsync(new EtcdOp.Put(Key, "nonsense")), kv => kv is not null && kv.Value == value && kv.Lease == registration.Lease);

        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static async Task<IServiceRegistration> RegisterAsync(CoordinationSystem system)
    {
        var registration = system.Register(new ServiceInstance { Service = "web", Id = "a", Host = "10.0.0.1", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        return registration;
    }

    private async Task<DemoProcess> RegisterProcessAsync(int ttlSeconds)
    {
        var process = new DemoProcess("register", "web", "10.0.0.1:1", "--id", "a", "--ttl", $"{ttlSeconds}s", "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority));
        await process.PrintedAsync("Ctrl-C ends it");
        return process;
    }

    /// <summary>From the moment something is done until the key is right again.</summary>
    private async Task<TimeSpan> TimeAsync(Func<Task> act, Func<KeyValue?, bool> isRight)
    {
        var start = TimeProvider.System.GetTimestamp();
        await act();
        await _client.UntilAsync(Key, isRight);
        return TimeProvider.System.GetElapsedTime(start);
    }
}
