using Coordination;
using Coordination.Etcd;

namespace CronWorker;

/// <summary>In each round the process that gets the lock does the job. The others find it taken and wait for the next round.</summary>
internal sealed class NightlyReport(ILocks locks, IEtcdClient etcd, IConfiguration configuration, ILogger<NightlyReport> log) : BackgroundService
{
    private readonly TimeSpan _period = configuration.GetValue("Report:Period", TimeSpan.FromSeconds(2));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period);
        do
        {
            try
            {
                await TakeTurnAsync(stoppingToken);
            }
            catch (CoordinationException error)
            {
                // etcd cannot be used now. Caught, because a background service that throws stops its host.
                log.LogWarning("No report this time: {Problem}", error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TakeTurnAsync(CancellationToken stoppingToken)
    {
        await using var handle = await locks.Lock("/jobs/nightly-report").TryAcquireAsync(stoppingToken);
        if (handle is null)
        {
            log.LogInformation("Somebody else is at it");
            return;
        }

        // Stops when the host stops, and when the lock is lost.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, handle.Lost);
        try
        {
            await WriteReportAsync(handle, stop.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogWarning("The lock is lost, token {Token}", handle.Token);
        }
    }

    private async Task WriteReportAsync(ILockHandle handle, CancellationToken cancellationToken)
    {
        log.LogInformation("The report begins, token {Token}", handle.Token);
        await Task.Delay(configuration.GetValue("Report:Work", TimeSpan.FromSeconds(1)), TimeProvider.System, cancellationToken);

        // The guard: etcd refuses the write of a holder that has lost the lock and does not know it yet.
        var written = await etcd.TxnAsync(
            new EtcdOp.Txn { If = [handle.Guard], Then = [new EtcdOp.Put("/reports/latest", $"by {Environment.ProcessId}, token {handle.Token}")] }, cancellationToken);
        log.LogInformation("The report is {Outcome}, token {Token}", written.Succeeded ? "written" : "refused", handle.Token);
    }
}
