using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.AspNetCore;

/// <summary>What is to be registered, before its address is known.</summary>
internal sealed record SelfDescription(string Service, Func<ServiceInstance, ServiceInstance> Describe, RegistrationOptions? Options);

/// <summary>Registers this process when its server listens. That it leaves before the server stops is the system's part.</summary>
internal sealed partial class SelfRegistration(CoordinationSystem system, SelfDescription self, IServer server, ILogger<SelfRegistration> log) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (ListeningAddress.Choose(addresses) is not { } address)
        {
            LogNoAddress(self.Service, string.Join(", ", addresses));
            return;
        }

        var host = ListeningAddress.IsAny(address.Host)
            ? await ListeningAddress.OnTheWayToAsync(system.Etcd.Endpoints[0], cancellationToken).ConfigureAwait(false)
            : address.Host;
        var instance = self.Describe(new ServiceInstance { Service = self.Service, Host = host, Port = address.Port, Scheme = address.Scheme });
        system.Register(instance, self.Options);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "{Service} is not registered: the server listens on no address that others can use ({Addresses})")]
    private partial void LogNoAddress(string service, string addresses);
}
