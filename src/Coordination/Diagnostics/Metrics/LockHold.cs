using Coordination.Time;

namespace Coordination.Diagnostics;

/// <summary>One hold of a lock, as it is measured: counted from its grant to its end.</summary>
internal readonly struct LockHold
{
    private readonly SystemMetrics? _metrics;
    private readonly LockKind _kind;
    private readonly string _name;
    private readonly Instant? _since;

    private LockHold(SystemMetrics metrics, LockKind kind, string name)
    {
        _metrics = metrics;
        _kind = kind;
        _name = name;
        _since = metrics.LockHeld(kind);
    }

    public static LockHold Begin(SystemMetrics metrics, LockKind kind, string name) => new(metrics, kind, name);

    public void End(LossReason reason) => _metrics?.LockOver(_kind, _name, _since, reason);
}
