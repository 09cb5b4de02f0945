using System.Diagnostics;
using Coordination.Locks.Line;
using Coordination.Time;

namespace Coordination.Diagnostics;

/// <summary>One request for a lock as its caller sees it: counted until it is disposed; with a span and a duration when somebody listens.</summary>
internal sealed class LockAsk : IDisposable
{
    private readonly SystemMetrics _metrics;
    private readonly LockKind _kind;
    private readonly string _name;
    private readonly Instant? _start;
    private string _outcome = LockOutcome.Failed;

    private LockAsk(SystemMetrics metrics, LockKind kind, string name)
    {
        _metrics = metrics;
        _kind = kind;
        _name = name;
        Span = CoordinationTrace.Begin(CoordinationTrace.LockAcquire, metrics.Name, MetricTags.Lock, name)?.SetTag(MetricTags.Kind, MetricTags.Of(kind));
        _start = CoordinationMeter.LockAcquire.Enabled ? metrics.Now : null;
        metrics.LockAsked(kind);
    }

    /// <summary>The span, to be carried to the actor.</summary>
    public Activity? Span { get; }

    public static LockAsk Begin(SystemMetrics metrics, LockKind kind, string name) => new(metrics, kind, name);

    public LockReply Answered(LockReply reply)
    {
        Note(LockOutcome.Of(reply), (reply as LockReply.Acquired)?.Claim.Token.Value, (reply as LockReply.Failed)?.Error);
        return reply;
    }

    public void Dispose()
    {
        _metrics.LockAnswered(_kind);
        if (_start is { } start)
        {
            var tags = _metrics.LockTags(_kind, _name);
            tags.Add(MetricTags.Outcome, _outcome);
            CoordinationMeter.LockAcquire.Record((_metrics.Now - start).TotalSeconds, tags);
        }

        Span?.SetTag(MetricTags.Outcome, _outcome).Dispose();
    }

    private void Note(string outcome, long? token, CoordinationException? error)
    {
        _outcome = outcome;
        if (Span is not null && token is not null)
        {
            Span.SetTag(MetricTags.Token, token);
        }

        if (error is not null)
        {
            Span?.Fail(error);
        }
    }
}
