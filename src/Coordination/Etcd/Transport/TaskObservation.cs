namespace Coordination.Etcd.Transport;

internal static class TaskObservation
{
    /// <summary>A failure that nobody awaits must not surface as an unobserved exception.</summary>
    public static void Observe(this Task task) => _ = task.ContinueWith(
        static t => t.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
