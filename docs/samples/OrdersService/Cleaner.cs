using Coordination;

namespace OrdersService;

/// <summary>Runs in one process at a time.</summary>
internal sealed class Cleaner(ILeadership leadership, ILogger<Cleaner> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.LogInformation("Cleaning up, term {Term}", leadership.Term);
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken);
    }
}
