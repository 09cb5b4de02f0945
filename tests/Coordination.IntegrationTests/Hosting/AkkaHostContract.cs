using System.Threading.Channels;
using Akka.Configuration;
using Akka.Hosting;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Coordination.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Coordination.IntegrationTests.Hosting;

public sealed class AkkaHostOnEmbedded(EmbeddedFixture fixture) : AkkaHostContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class AkkaHostOnRealEtcd(RealEtcdFixture fixture) : AkkaHostContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>A system in an actor system of the host: one of Akka.Hosting's, and one that the program made itself.</summary>
public abstract class AkkaHostContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _name = $"a{Guid.NewGuid():N}";
    private readonly Channel<object> _told = Channel.CreateUnbounded<object>();
    private readonly List<object> _seen = [];

    private string Endpoint => fixture.Server.Endpoint.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task Actors_of_the_host_find_the_gate_in_the_registry_and_are_told_of_services_leaders_and_locks()
    {
        using var host = Build(AddActors);
        await host.StartAsync();
        await ToldAsync<ServiceChange.Resynced>(m => m.View.Instances.IsEmpty);
        await ToldAsync<ElectionNews.Elected>(m => m.Leadership.IsLeader);
        await ToldAsync<LeaderChanged>(m => m.Leader?.Value == (Bytes)"the test");
        await ToldAsync<LockNews.Acquired>(m => m.Handle.IsHeld);

        await using var other = fixture.Server.StartSystem();
        await using (var instance = other.Register(new ServiceInstance { Service = _name, Host = "127.0.0.1", Port = 1 }))
        {
            await ToldAsync<ServiceChange.Up>(m => m.Instance.Port == 1);
        }

        await ToldAsync<ServiceChange.Down>(m => m.Instance.Port == 1);
        await host.StopAsync();
        await ToldAsync<LockNews.Lost>(m => m.Reason == LossReason.Stopped);
    }

    [Fact]
    public async Task The_actor_system_ends_in_order_and_leaves_nothing_in_etcd()
    {
        using var host = Build(AddActors);
        await host.StartAsync();
        await ToldAsync<LockNews.Acquired>(m => m.Handle.IsHeld);
        var system = CoordinationExtension.For(host.Services.GetRequiredService<ActorSystem>()).System;
        await system.Register(new ServiceInstance { Service = _name, Host = "127.0.0.1", Port = 2 }).WaitUntilRegisteredAsync(Limit);
        var lease = system.SessionLease;
        await using var client = fixture.Server.CreateClient();
        await client.UntilCountAsync(KeyRange.Prefix($"/{_name}/"), 3);
        Assert.Equal(4, (await client.GetAsync(new EtcdOp.Get(KeyRange.Prefix($"/{_name}/")))).Count + (await CountInstancesAsync(client)));

        await host.StopAsync();

        Assert.Equal(0, (await client.GetAsync(new EtcdOp.Get(KeyRange.Prefix($"/{_name}/")))).Count + (await CountInstancesAsync(client)));
        Assert.DoesNotContain(lease, await client.ListLeasesAsync());
        Assert.Equal(CoordinationHealthState.Stopped, system.Health.State);
    }

    [Fact]
    public async Task What_is_registered_leaves_before_what_is_locked()
    {
        using var host = Build(AddActors);
        await host.StartAsync();
        await ToldAsync<LockNews.Acquired>(m => m.Handle.IsHeld);
        var actors = host.Services.GetRequiredService<ActorSystem>();
        var system = CoordinationExtension.For(actors).System;
        await system.Register(new ServiceInstance { Service = _name, Host = "127.0.0.1", Port = 2 }).WaitUntilRegisteredAsync(Limit);
        (long Instances, bool Held) between = (-1, false);

        // After service-unbind, before service-stop.
        CoordinatedShutdown.Get(actors).AddTask(CoordinatedShutdown.PhaseServiceRequestsDone, "look", async () =>
        {
            between = (await CountInstancesAsync(system.Etcd), system.IsReady);
            return Akka.Done.Instance;
        });
        await host.StopAsync();

        Assert.Equal((0, true), between);
    }

    [Fact]
    public async Task The_container_and_its_actor_system_have_the_same_system()
    {
        using var host = Build(services =>
        {
            services.AddCoordination(options => options.Owner = "from the container");
            services.AddAkka("app", akka => akka.AddHocon($"coordination.etcd.endpoints = [\"{Endpoint}\"]", HoconAddMode.Append)
                .WithCoordination(options => options.Owner += ", then the actor system"));
        });
        await host.StartAsync();

        var system = host.Services.GetRequiredService<CoordinationSystem>();
        Assert.Same(system, CoordinationExtension.For(host.Services.GetRequiredService<ActorSystem>()).System);
        Assert.Equal("from the container, then the actor system", system.Options.Owner);
        await using (var handle = await host.Services.GetRequiredService<ILocks>().Lock($"/{_name}/lock").AcquireAsync(Limit))
        {
            Assert.True(handle.IsHeld);
        }

        Assert.Same(system.Actor, host.Services.GetRequiredService<IRequiredActor<CoordinationActor>>().ActorRef);
        await host.StopAsync();
    }

    [Fact]
    public async Task An_actor_system_that_knows_of_no_container_is_lived_in_as_the_container_says()
    {
        var actors = ActorSystem.Create("plain", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        using var host = Build(services => services
            .AddCoordination(options =>
            {
                options.Owner = "from the container";
                options.Etcd.Endpoints = [fixture.Server.Endpoint];
            })
            .UseActorSystem(_ => actors));
        await host.StartAsync();

        var system = host.Services.GetRequiredService<CoordinationSystem>();

        Assert.Equal("from the container", system.Options.Owner);
        Assert.Same(system, CoordinationExtension.For(actors).System);
        await system.WaitUntilReadyAsync(Limit);
        await host.StopAsync();
        Assert.False(actors.WhenTerminated.IsCompleted);
        await actors.Terminate();
    }

    [Fact]
    public async Task The_health_of_the_system_is_a_check_of_the_host()
    {
        using var host = Build(services =>
        {
            services.AddHealthChecks();
            services.AddAkka("app", akka => akka.AddHocon($"coordination.etcd.endpoints = [\"{Endpoint}\"]", HoconAddMode.Append)
                .WithCoordination(options => options.StartTimeout = Limit));
        });
        await host.StartAsync();

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        var entry = report.Entries[CoordinationAkkaExtensions.HealthCheckName];
        Assert.Equal((HealthStatus.Healthy, "Ready"), (entry.Status, entry.Data["state"]));
        Assert.Contains("ready", entry.Tags);
        await host.StopAsync();
    }

    [Fact]
    public async Task Wrong_options_stop_the_host_at_its_start_and_all_are_named()
    {
        using var host = Build(services => services.AddAkka("app", akka => akka
            .AddHocon("coordination { session.ttl = 1s, nonsense = 1 }", HoconAddMode.Append)
            .WithCoordination(options => options.Owner = "")));

        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());

        Assert.All(["SessionTtl", "coordination.nonsense", "Owner"], name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_actor_system_that_the_program_made_itself_ends_it_in_order()
    {
        var actors = ActorSystem.Create("plain", ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            coordination.etcd.endpoints = ["{{Endpoint}}"]
            """));
        var coordination = CoordinationExtension.For(actors);
        Assert.Same(coordination, CoordinationExtension.For(actors));
        actors.ActorOf(Props.Create(() => new Listener(coordination.Actor, _name, _told.Writer)));
        await ToldAsync<LockNews.Acquired>(m => m.Handle.IsHeld);
        await ToldAsync<ElectionNews.Elected>(m => m.Leadership.IsLeader);
        var lease = coordination.System.SessionLease;

        await actors.Terminate();

        await using var client = fixture.Server.CreateClient();
        Assert.Equal(0, (await client.GetAsync(new EtcdOp.Get(KeyRange.Prefix($"/{_name}/")))).Count);
        Assert.DoesNotContain(lease, await client.ListLeasesAsync());
    }

    private static IHost Build(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        add(builder.Services);
        return builder.Build();
    }

    private void AddActors(IServiceCollection services) => services.AddAkka("app", akka => akka
        .AddHocon($"coordination.etcd.endpoints = [\"{Endpoint}\"]", HoconAddMode.Append)
        .WithCoordination()
        .WithActors((actors, registry) => actors.ActorOf(Props.Create(() => new Listener(registry.Get<CoordinationActor>(), _name, _told.Writer)))));

    private async Task<long> CountInstancesAsync(IEtcdClient etcd) => (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix($"/services/{_name}/")))).Count;

    /// <summary>Waits until such a message came, whatever came before it.</summary>
    private async Task ToldAsync<T>(Func<T, bool> isSo)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (!_seen.OfType<T>().Any(isSo))
        {
            _seen.Add(await _told.Reader.ReadAsync(limit.Token));
        }
    }

    /// <summary>An actor of the host.</summary>
    private sealed class Listener : UntypedActor
    {
        private readonly ChannelWriter<object> _told;

        public Listener(IActorRef gate, string name, ChannelWriter<object> told)
        {
            _told = told;
            gate.Tell(new ServiceRequest.Subscribe(name));
            gate.Tell(new ElectionRequest.Subscribe($"/{name}/leader"));
            gate.Tell(new ElectionRequest.Campaign($"/{name}/leader", "the test"));
            gate.Tell(new LockRequest.Acquire($"/{name}/lock", Limit));
        }

        protected override void OnReceive(object message) => _told.TryWrite(message);
    }
}
