using System.Collections.Concurrent;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// Ends calls that take too long. The deadline of the gRPC library follows the wall clock: were that set back, a call without a reply would not end. What ends a
/// call here is used again for the next one. Thread-safe.
/// </summary>
internal sealed class CallLimits(TimeSpan limit, TimeProvider time)
{
    private const int MostKept = 256;

    // Only .NET's own timer can be used again. The clock that counts suspended time has no other.
    private readonly bool _usesSystemTimers = time == TimeProvider.System || time is SuspendAwareTimeProvider;
    private readonly ConcurrentQueue<CancellationTokenSource> _free = new();

    /// <summary>A source that is cancelled when the call that begins now has taken too long.</summary>
    public CancellationTokenSource Begin()
    {
        if (!_usesSystemTimers)
        {
            return new CancellationTokenSource(limit, time);
        }

        var source = _free.TryDequeue(out var free) ? free : new CancellationTokenSource();
        source.CancelAfter(limit);
        return source;
    }

    /// <summary>The call is over.</summary>
    public void End(CancellationTokenSource source)
    {
        if (_usesSystemTimers && _free.Count < MostKept && source.TryReset())
        {
            _free.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
