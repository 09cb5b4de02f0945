namespace Coordination.Demo.Cron;

/// <summary>How a run of the demo goes.</summary>
/// <param name="Duration">How long the workers compete.</param>
/// <param name="CrashAfter">When a worker is to be killed; null: none.</param>
/// <param name="EtcdName">How etcd is called in the summary.</param>
internal sealed record CronRunPlan(TimeSpan Duration, TimeSpan? CrashAfter, string EtcdName);
