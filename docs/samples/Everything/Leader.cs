using Coordination;

namespace Everything;

/// <summary>Leads, and does nothing with it.</summary>
internal sealed class Leader(ILeadership leadership, ILogger<Leader> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.LogInformation("Leading in term {Term}", leadership.Term);
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken);
    }
}
