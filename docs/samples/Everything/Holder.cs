using Coordination;

namespace Everything;

/// <summary>Registers an instance, and holds a lock as long as the host runs.</summary>
internal sealed class Holder(ILocks locks, IServiceRegistry registry, ILogger<Holder> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var registration = registry.Register(new ServiceInstance { Service = "everything", Host = "127.0.0.1", Port = 9, Id = $"{Environment.ProcessId}" });
        await registration.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(30), stoppingToken);
        log.LogInformation("Registered");

        await using var handle = await locks.Lock("/everything/lock").AcquireAsync(cancellationToken: stoppingToken);
        log.LogInformation("Holding, token {Token}", handle.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, handle.Lost);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
