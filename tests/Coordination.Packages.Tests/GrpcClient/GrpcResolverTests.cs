using Coordination.Etcd;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Packages.Tests.GrpcClient;

// <program>
/// <summary>A program that knows Grpc.Net.Client and nothing of Coordination.</summary>
internal sealed class Caller(GreeterClient greeter)
{
    public static void Add(IServiceCollection services)
    {
        services.AddTransient<Caller>();
        services.AddGrpcClient<GreeterClient>(client => client.Address = new Uri("etcd:///greeter")).ConfigureChannel(channel =>
        {
            channel.Credentials = ChannelCredentials.Insecure;
            channel.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        });
    }

    public Task<string> AskAsync() => greeter.HelloAsync("Ada");
}

// </program>

/// <summary>What channels of Grpc.Net.Client find in etcd, and how they choose.</summary>
public sealed class GrpcResolverTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, GreeterServer> _servers = [];
    private readonly string _service = $"greeter-{Guid.NewGuid():N}";
    private CoordinationSystem _system = null!;

    public Task InitializeAsync()
    {
        _system = fixture.Server.StartSystem();
        return _system.WaitUntilReadyAsync(Limit);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await Task.WhenAll(_servers.Values.Select(server => server.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_program_that_is_written_for_it_runs_unchanged()
    {
        await using var one = await StartAsync("one", service: "greeter");
        await using var two = await StartAsync("two", service: "greeter");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCoordination(options => options.Etcd.Endpoints = [fixture.Server.Endpoint]).AddGrpcResolver();
        Caller.Add(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();
        var caller = host.Services.GetRequiredService<Caller>();

        await UntilAsync(caller.AskAsync, "one", "two");

        await host.StopAsync();
    }

    [Fact]
    public async Task Changes_are_told_at_once_and_who_drains_gets_no_calls_while_another_serves()
    {
        await using var one = await StartAsync("one");
        using var channel = ChannelTo($"etcd:///{_service}", new RoundRobinConfig());
        var greeter = new GreeterClient(channel.CreateCallInvoker());
        Assert.Equal("one", await greeter.HelloAsync().WaitAsync(Limit));

        await using var two = await StartAsync("two");
        await UntilAsync(() => greeter.HelloAsync(), "one", "two");
        await one.SetStateAsync(InstanceState.Draining);
        await UntilAsync(() => greeter.HelloAsync(), "two");
        await two.SetStateAsync(InstanceState.Draining);
        await UntilAsync(() => greeter.HelloAsync(), "one", "two");
        await two.DeregisterAsync();
        await UntilAsync(() => greeter.HelloAsync(), "one");
    }

    [Fact]
    public async Task The_scheme_ns_finds_what_resolvers_in_Go_have_registered()
    {
        await using var server = await GreeterServer.StartAsync("from Go");
        await _system.Etcd.PutAsync($"/ns/{_service}/127.0.0.1:{server.Port}", $"127.0.0.1:{server.Port}");
        var services = new ServiceCollection();
        services.AddCoordination().AddGrpcResolver();
        services.AddSingleton<IServiceRegistry>(_system);
        await using var provider = services.BuildServiceProvider();
        using var channel = ChannelTo($"ns://author/{_service}", new RoundRobinConfig(), provider);

        Assert.Equal("from Go", await new GreeterClient(channel.CreateCallInvoker()).HelloAsync().WaitAsync(Limit));
    }

    [Fact]
    public async Task The_policy_follows_weights_and_their_changes()
    {
        await using var heavy = await StartAsync("heavy", instance => instance with { Weight = 300 });
        await using var light = await StartAsync("light", instance => instance with { Weight = 100 });
        await using var idle = await StartAsync("idle", instance => instance with { Weight = 0 });
        using var channel = ChannelTo($"etcd:///{_service}", new LoadBalancingConfig(EtcdLoadBalancerFactory.PolicyName));
        var greeter = new GreeterClient(channel.CreateCallInvoker());
        await UntilAsync(() => greeter.HelloAsync(), "heavy", "light");

        Assert.InRange(await CountAsync("heavy", 40), 29, 31);
        await heavy.UpdateAsync(instance => instance with { Weight = 100 });
        using var view = _system.Discover(_service);
        await view.UntilAsync(now => now.Instances.Count(instance => instance.Weight == 100) == 2);

        // The resolver hears of it as this view does, and perhaps a moment later.
        using var limit = new CancellationTokenSource(Limit);
        while (await CountAsync("heavy", 40) is < 19 or > 21)
        {
            limit.Token.ThrowIfCancellationRequested();
        }

        async Task<int> CountAsync(string name, int calls)
        {
            var count = 0;
            for (var i = 0; i < calls; i++)
            {
                count += await greeter.HelloAsync() == name ? 1 : 0;
            }

            return count;
        }
    }

    [Fact]
    public async Task The_policy_stays_in_its_zone_while_somebody_there_does_not_drain()
    {
        await using var near = await StartAsync("near", instance => instance with { Zone = "a" });
        await using var far = await StartAsync("far", instance => instance with { Zone = "b", Weight = 10_000 });
        using var channel = ChannelTo($"etcd:///{_service}", new LoadBalancingConfig(EtcdLoadBalancerFactory.PolicyName), zone: "a");
        var greeter = new GreeterClient(channel.CreateCallInvoker());
        await UntilAsync(() => greeter.HelloAsync(), "near");

        await near.SetStateAsync(InstanceState.Draining);
        await UntilAsync(() => greeter.HelloAsync(), "far");
        await near.SetStateAsync(InstanceState.Serving);
        await UntilAsync(() => greeter.HelloAsync(), "near");
    }

    [Fact]
    public async Task A_service_without_instances_is_unavailable_by_name_until_it_has_one_and_a_wrong_address_is_refused()
    {
        using var channel = ChannelTo($"etcd:///{_service}", new RoundRobinConfig());
        var greeter = new GreeterClient(channel.CreateCallInvoker());

        var error = await Assert.ThrowsAsync<RpcException>(() => greeter.HelloAsync().WaitAsync(Limit));

        Assert.Equal((StatusCode.Unavailable, $"The service '{_service}' has no instance that takes requests."), (error.StatusCode, error.Status.Detail));
        await using var one = await StartAsync("one");
        await channel.ConnectAsync().WaitAsync(Limit);
        Assert.Equal("one", await greeter.HelloAsync().WaitAsync(Limit));
        Assert.ThrowsAny<ArgumentException>(() => ChannelTo("etcd:///", new RoundRobinConfig()));
        Assert.Throws<ArgumentException>(() => new EtcdResolverFactory(_system, "no scheme"));
    }

    [Fact]
    public async Task When_etcd_cannot_be_read_calls_are_told_why()
    {
        await using var lost = fixture.Server.StartSystem(endpoint: new Uri("http://127.0.0.1:1"));
        using var channel = ChannelTo($"etcd:///{_service}", new RoundRobinConfig(), system: lost);

        var error = await Assert.ThrowsAsync<RpcException>(() => new GreeterClient(channel.CreateCallInvoker()).HelloAsync().WaitAsync(Limit));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("127.0.0.1:1", error.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>A channel without a host: the two factories by hand.</summary>
    private GrpcChannel ChannelTo(string address, LoadBalancingConfig policy, IServiceProvider? services = null, string? zone = null, CoordinationSystem? system = null) =>
        GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { policy } },
            ServiceProvider = services ?? new ServiceCollection()
                .AddSingleton<ResolverFactory>(new EtcdResolverFactory(system ?? _system))
                .AddSingleton<LoadBalancerFactory>(new EtcdLoadBalancerFactory(zone))
                .BuildServiceProvider(),
        });

    private async Task<IServiceRegistration> StartAsync(string name, Func<ServiceInstance, ServiceInstance>? with = null, string? service = null)
    {
        var server = _servers[name] = await GreeterServer.StartAsync(name);
        var instance = new ServiceInstance { Service = service ?? _service, Id = name, Host = "127.0.0.1", Port = server.Port };
        var registration = _system.Register(with?.Invoke(instance) ?? instance);
        await registration.WaitUntilRegisteredAsync(Limit);
        return registration;
    }

    /// <summary>Calls until exactly these have answered the last few calls.</summary>
    private static async Task UntilAsync(Func<Task<string>> call, params string[] names)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var answers = new List<string>();
            for (var i = 0; i < 6; i++)
            {
                answers.Add(await call().WaitAsync(Limit, CancellationToken.None));
            }

            if (answers.Distinct().Order().SequenceEqual(names))
            {
                return;
            }
        }
    }
}
