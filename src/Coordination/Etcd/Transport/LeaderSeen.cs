namespace Coordination.Etcd.Transport;

/// <summary>Who led when requests to any endpoint last hung; forgotten after a while. Thread-safe.</summary>
internal sealed class LeaderSeen(TimeSpan memory, TimeProvider time)
{
    private readonly Lock _lock = new();
    private (ulong Term, ulong Leader)? _last;
    private long _at;

    /// <summary>Notes who leads, and tells who did.</summary>
    public (ulong Term, ulong Leader)? Exchange((ulong Term, ulong Leader) now)
    {
        lock (_lock)
        {
            var before = _last is not null && time.GetElapsedTime(_at) < memory ? _last : null;
            (_last, _at) = (now, time.GetTimestamp());
            return before;
        }
    }
}
