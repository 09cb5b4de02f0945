namespace Coordination.Cluster;

/// <summary>When something last worked, from its beginning to its end. Thread-safe.</summary>
internal sealed class Progress(string what)
{
    private readonly Lock _lock = new();
    private readonly List<(long Since, TaskCompletionSource<TimeSpan> Met)> _waiting = [];
    private long _count;

    public string What => what;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>It worked, and it was begun then.</summary>
    public void Worked(long begun)
    {
        Interlocked.Increment(ref _count);
        var now = TimeProvider.System.GetTimestamp();
        lock (_lock)
        {
            foreach (var (since, met) in _waiting.Where(waiting => begun >= waiting.Since))
            {
                met.TrySetResult(TimeProvider.System.GetElapsedTime(since, now));
            }

            _waiting.RemoveAll(waiting => begun >= waiting.Since);
        }
    }

    /// <summary>How long after a moment something worked that was begun after it.</summary>
    public Task<TimeSpan> AfterAsync(long since)
    {
        var met = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((since, met));
        }

        return met.Task;
    }
}
