using Akka.Actor;
using Coordination.Etcd;
using Coordination.Plugins;

namespace AkkaCluster;

/// <summary>
/// The singleton. Akka starts it when this node has the lease, and stops it when the lease is lost. That takes a message, so what it writes is guarded: etcd refuses it
/// when another node may already be working.
/// </summary>
internal sealed class Reporter : ReceiveActor, IWithTimers
{
    private readonly TimeSpan _period;
    private readonly ILogger<Reporter> _log;

    public Reporter(IEtcdClient etcd, IConfiguration configuration, ILogger<Reporter> log)
    {
        _period = configuration.GetValue("Report:Period", TimeSpan.FromSeconds(1));
        _log = log;
        var lease = EtcdLease.OfSingleton(Context)!;
        var held = lease.Current!;
        log.LogInformation("The reporter begins, token {Token}", held.Token);

        Receive<Write>(_ =>
        {
            // The time is that of the machine's monotonic clock, which processes share.
            log.LogInformation("Reporting at {Time}, lease held: {Held}", TimeProvider.System.GetTimestamp(), lease.CheckLease());
            etcd.TxnAsync(new EtcdOp.Txn { If = [held.Guard], Then = [new EtcdOp.Put("/reports/latest", $"by {Environment.ProcessId}, token {held.Token}")] })
                .PipeTo(Self, success: written => new Written(written.Succeeded), failure: error => new Failed(error));
        });
        Receive<Written>(m =>
        {
            log.LogInformation("The report is {Outcome}, token {Token}", m.IsDone ? "written" : "refused", held.Token);
            Rest();
        });
        Receive<Failed>(m =>
        {
            log.LogWarning("No report: {Problem}", m.Error.Message);
            Rest();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Self.Tell(new Write());

    protected override void PostStop() => _log.LogInformation("The reporter ends at {Time}", TimeProvider.System.GetTimestamp());

    // Not a periodic timer: after a pause of the process that makes up for every tick it missed, all at once.
    private void Rest() => Timers.StartSingleTimer("report", new Write(), _period);

    private sealed record Write;

    private sealed record Written(bool IsDone);

    private sealed record Failed(Exception Error);
}
