using Coordination.Locks.Line;
using Coordination.Time;

namespace Coordination.Diagnostics;

/// <summary>
/// Which requests of a lock had to wait, and since when. Belongs to the lock's actor. When nobody measures it, it does nothing and has nothing.
/// </summary>
internal sealed class LockWaits(SystemMetrics metrics, string name)
{
    private List<(LockRequestId Request, LockKind Kind)>? _fresh;
    private Dictionary<LockRequestId, (LockKind Kind, Instant Since)>? _waiting;

    /// <summary>A request came.</summary>
    public void Asked(LockRequestId request, LockKind kind)
    {
        if (CoordinationMeter.LockWait.Enabled)
        {
            (_fresh ??= []).Add((request, kind));
        }
    }

    /// <summary>After each message: whoever is not answered yet has to wait, if somebody else is in the way.</summary>
    public void Look(bool isTaken)
    {
        if (_fresh is not { Count: > 0 } || !isTaken)
        {
            return;
        }

        foreach (var (request, kind) in _fresh)
        {
            (_waiting ??= [])[request] = (kind, metrics.Now);
        }

        _fresh.Clear();
    }

    /// <summary>A request is answered.</summary>
    public void Answered(LockRequestId request, string outcome)
    {
        if (_waiting is not null && _waiting.Remove(request, out var waited))
        {
            var tags = metrics.LockTags(waited.Kind, name);
            tags.Add(MetricTags.Outcome, outcome);
            CoordinationMeter.LockWait.Record((metrics.Now - waited.Since).TotalSeconds, tags);
        }
        else if (_fresh is { Count: > 0 })
        {
            _fresh.RemoveAll(fresh => fresh.Request == request);
        }
    }
}
