using Coordination;

namespace LeaderOnly;

/// <summary>Created anew for each term. Its token is cancelled when the leadership is lost or must be handed over; the next leader starts when it has stopped.</summary>
internal sealed class Billing(ILeadership leadership, ILogger<Billing> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.LogInformation("Leading in term {Term}", leadership.Term);
        try
        {
            while (true)
            {
                // What only the leader may do; data in etcd is written under leadership.Guard, other resources are given leadership.Term.
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stoppingToken);
            }
        }
        finally
        {
            log.LogInformation("Not leading any more, term {Term}", leadership.Term);
        }
    }
}
