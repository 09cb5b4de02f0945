using Microsoft.Extensions.Hosting;

namespace Coordination.Hosting;

/// <summary>
/// Ties a system to its host. It stops in two parts, around the services of the host: before them what others see of this process ends, after them what they rest on.
/// </summary>
internal sealed class CoordinationHost(CoordinationSystem system, CoordinationRegistration registration, IServiceProvider services) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var prepare in registration.BeforeStart)
        {
            await prepare(services, cancellationToken).ConfigureAwait(false);
        }

        await system.WaitForStartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => system.LeaveServicesAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => system.DisposeAsync().AsTask();
}
