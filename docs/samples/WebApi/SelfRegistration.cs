using Coordination;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace WebApi;

/// <summary>Registers this process when it listens. When the host stops, the registration ends before the server does.</summary>
internal sealed class SelfRegistration(IServiceRegistry registry, IServer server, IConfiguration configuration, IHostApplicationLifetime lifetime, ILogger<SelfRegistration> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        var address = new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        var registration = registry.Register(new ServiceInstance
        {
            Service = configuration["Service"] ?? "greeter", Host = address.Host, Port = address.Port,
        });
        await registration.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(30), stoppingToken);
        log.LogInformation("Registered as {Instance}", registration.Instance);
    }

    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }
}
