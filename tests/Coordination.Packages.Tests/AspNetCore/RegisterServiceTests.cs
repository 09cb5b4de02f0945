using Coordination.AspNetCore;
using Coordination.Etcd;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Packages.Tests.AspNetCore;

/// <summary>A web server that registers itself.</summary>
public sealed class RegisterServiceTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _service = $"web-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_server_is_registered_under_the_port_that_it_got_and_is_gone_before_it_stops()
    {
        await using var system = fixture.Server.StartSystem();
        using var view = system.Discover(_service);
        await using var app = Build("http://127.0.0.1:0", instance => instance with { Zone = "eu-1" });
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        var found = Assert.Single((await view.UntilAsync(v => v.Instances.Length == 1)).Instances);
        Assert.Equal(("127.0.0.1", port, "http", "eu-1"), (found.Host, found.Port, found.Scheme, found.Zone));
        Assert.Empty(app.Services.GetRequiredService<CoordinationSystem>().Health.Problems);
        await app.StopAsync();

        Assert.Equal(0, app.Services.GetRequiredService<FirstToStop>().Registered);
        await view.UntilAsync(v => v.Instances.IsEmpty);
    }

    [Fact]
    public async Task One_that_listens_on_all_addresses_is_registered_under_the_one_that_leads_to_etcd()
    {
        await using var system = fixture.Server.StartSystem();
        using var view = system.Discover(_service);
        await using var app = Build("http://0.0.0.0:0", null);
        await app.StartAsync();

        Assert.Equal(fixture.Server.Endpoint.Host, Assert.Single((await view.UntilAsync(v => v.Instances.Length == 1)).Instances).Host);
        await app.StopAsync();
    }

    [Fact]
    public async Task A_name_that_cannot_be_registered_ends_the_start()
    {
        await using var app = Build("http://127.0.0.1:0", instance => instance with { Service = "not/allowed" });

        await Assert.ThrowsAsync<ArgumentException>(() => app.StartAsync());
    }

    [Theory]
    [InlineData("http", "10.0.0.1", 80, "http://10.0.0.1:80", "http://unix:/run/it")]
    [InlineData("https", "::1", 443, "http://10.0.0.1:80", "https://[::1]:443")]
    [InlineData("http", "+", 5000, "http://+:5000")]
    [InlineData("http", "+", 5000, "http://*:5000")]
    [InlineData("http", "0.0.0.0", 5000, "http://0.0.0.0:5000")]
    [InlineData("http", "::", 5000, "http://[::]:5000")]
    public void The_first_safe_address_is_taken_else_the_first(string scheme, string host, int port, params string[] addresses) =>
        Assert.Equal((scheme, host, port), ListeningAddress.Choose(addresses));

    [Theory]
    [InlineData]
    [InlineData("http://unix:/run/it.sock")]
    [InlineData("what is this")]
    public void A_server_without_an_address_that_others_can_use_has_none(params string[] addresses) => Assert.Null(ListeningAddress.Choose(addresses));

    [Theory]
    [InlineData("+", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("::", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("web-7", false)]
    public void Some_hosts_stand_for_all_addresses(string host, bool isAny) => Assert.Equal(isAny, ListeningAddress.IsAny(host));

    private WebApplication Build(string url, Func<ServiceInstance, ServiceInstance>? describe)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Services.AddCoordination(options => options.Etcd.Endpoints = [fixture.Server.Endpoint])
            .RegisterService(_service, describe);
        builder.Services.AddSingleton(services => new FirstToStop(services.GetRequiredService<IEtcdClient>(), $"/services/{_service}/"));
        builder.Services.AddHostedService(services => services.GetRequiredService<FirstToStop>());
        return builder.Build();
    }

    /// <summary>Whose stop comes first, before the server's: sees whether the service is still registered then.</summary>
    private sealed class FirstToStop(IEtcdClient etcd, string keys) : IHostedService
    {
        public int? Registered { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken) =>
            Registered = (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(keys)), cancellationToken)).KeyValues.Length;
    }
}
