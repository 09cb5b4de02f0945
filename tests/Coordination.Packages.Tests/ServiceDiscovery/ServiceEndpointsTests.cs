using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.ServiceDiscovery;

namespace Coordination.Packages.Tests.ServiceDiscovery;

// <program>
/// <summary>A program that knows Microsoft.Extensions.ServiceDiscovery and nothing of Coordination.</summary>
internal sealed class Front(HttpClient http)
{
    public static void Add(IServiceCollection services)
    {
        services.AddServiceDiscovery();
        services.AddHttpClient<Front>(client => client.BaseAddress = new Uri("http://greeter")).AddServiceDiscovery();
    }

    public Task<string> AskAsync() => http.GetStringAsync(new Uri("/hello", UriKind.Relative));
}

// </program>

/// <summary>What a program that is written for Microsoft.Extensions.ServiceDiscovery finds in etcd.</summary>
public sealed class ServiceEndpointsTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_program_that_is_written_for_it_runs_unchanged()
    {
        await using var greeter = GreeterOn("http://127.0.0.1:0");
        await greeter.StartAsync();
        await using var system = fixture.Server.StartSystem();
        using var view = system.Discover("greeter");
        await view.UntilAsync(v => v.Instances.Length == 1);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCoordination(options => options.Etcd.Endpoints = [fixture.Server.Endpoint]).AddServiceEndpoints();
        Front.Add(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();

        Assert.Equal("hello", await host.Services.GetRequiredService<Front>().AskAsync());

        await host.StopAsync();
        await greeter.StopAsync();
    }

    [Fact]
    public async Task Changes_are_told_at_once_and_only_who_serves_the_wanted_scheme_is_an_endpoint()
    {
        await using var system = fixture.Server.StartSystem();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddServiceDiscoveryCore();
        services.AddCoordination().AddServiceEndpoints();
        services.AddSingleton<IServiceRegistry>(system);
        await using var provider = services.BuildServiceProvider();
        var name = $"s{Guid.NewGuid():N}";
        await using var one = await RegisterAsync(new ServiceInstance { Service = name, Host = "10.0.0.1", Port = 80 });
        await using var safe = await RegisterAsync(new ServiceInstance { Service = name, Host = "10.0.0.2", Port = 443, Scheme = "https" });
        await using var idle = await RegisterAsync(new ServiceInstance { Service = name, Host = "10.0.0.3", Port = 80, Weight = 0 });
        Assert.True(ServiceEndpointQuery.TryParse($"http://{name}", out var query));
        var factory = provider.GetRequiredService<IServiceEndpointProviderFactory>();
        Assert.True(factory.TryCreateProvider(query, out var endpoints));
        await using var _ = endpoints;

        var first = new Collected();
        await endpoints.PopulateAsync(first, CancellationToken.None);
        Assert.Equal([new IPEndPoint(IPAddress.Parse("10.0.0.1"), 80)], first.Endpoints.Select(e => e.EndPoint));
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.Single(first.Tokens).RegisterChangeCallback(_ => changed.TrySetResult(), null);

        await using var named = await RegisterAsync(new ServiceInstance { Service = name, Host = "web-4", Port = 80, Scheme = "http" });
        await changed.Task.WaitAsync(Limit);
        await UntilAsync([new IPEndPoint(IPAddress.Parse("10.0.0.1"), 80), new DnsEndPoint("web-4", 80)]);
        await one.SetStateAsync(InstanceState.Draining);
        await UntilAsync([new DnsEndPoint("web-4", 80)]);

        async Task<IServiceRegistration> RegisterAsync(ServiceInstance instance)
        {
            var registration = system.Register(instance);
            await registration.WaitUntilRegisteredAsync(Limit);
            return registration;
        }

        // Each change is told by a token; several may come before the one that is waited for.
        async Task UntilAsync(EndPoint[] expected)
        {
            while (true)
            {
                var now = new Collected();
                await endpoints.PopulateAsync(now, CancellationToken.None);
                if (now.Endpoints.Select(e => e.EndPoint).SequenceEqual(expected))
                {
                    return;
                }

                var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                now.Tokens[0].RegisterChangeCallback(_ => next.TrySetResult(), null);
                await next.Task.WaitAsync(Limit);
            }
        }
    }

    private WebApplication GreeterOn(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Services.AddCoordination(options => options.Etcd.Endpoints = [fixture.Server.Endpoint]).RegisterService("greeter");
        var app = builder.Build();
        app.MapGet("/hello", () => "hello");
        return app;
    }

    private sealed class Collected : IServiceEndpointBuilder
    {
        public IList<ServiceEndpoint> Endpoints { get; } = [];

        Microsoft.AspNetCore.Http.Features.IFeatureCollection IServiceEndpointBuilder.Features { get; } = new Microsoft.AspNetCore.Http.Features.FeatureCollection();

        public List<Microsoft.Extensions.Primitives.IChangeToken> Tokens { get; } = [];

        public void AddChangeToken(Microsoft.Extensions.Primitives.IChangeToken changeToken) => Tokens.Add(changeToken);
    }
}
