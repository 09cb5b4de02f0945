namespace Coordination.Demo.Cron;

/// <summary>How a run of the demo goes.</summary>
/// <param name="Duration">How long the workers compete.</param>
/// <param name="CrashAfter">When a worker is to be killed; null: none.</param>
/// <param name="InProcesses">Whether each worker is a process of its own.</param>
/// <param name="EtcdName">How etcd is called in the summary.</param>
internal sealed record CronRunPlan(TimeSpan Duration, TimeSpan? CrashAfter, bool InProcesses, string EtcdName);
