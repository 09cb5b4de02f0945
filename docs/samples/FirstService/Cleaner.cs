using Coordination;

namespace FirstService;

/// <summary>Runs in one process at a time, and in another one when that one stops or dies.</summary>
internal sealed class Cleaner(ILeadership leadership, ILogger<Cleaner> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.LogInformation("Cleaning up, term {Term}", leadership.Term);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken);
    }
}
