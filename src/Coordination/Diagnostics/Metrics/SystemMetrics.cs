using System.Diagnostics;
using Coordination.Time;

namespace Coordination.Diagnostics;

/// <summary>
/// What one system measures. Thread-safe. Costs two interlocked additions a lock when nobody listens: times are read, and tags made, for listeners only.
/// </summary>
internal sealed class SystemMetrics(CoordinationOptions options)
{
    private readonly long[] _holders = new long[Enum.GetValues<LockKind>().Length];
    private readonly long[] _waiters = new long[Enum.GetValues<LockKind>().Length];
    private readonly MonotonicClock _clock = new(options.TimeProvider);
    private long _terms;

    public KeyValuePair<string, object?> System { get; } = new(MetricTags.System, options.Name);

    public string Name => options.Name;

    public bool HasNames => options.Diagnostics.NameTags;

    public long Terms => Volatile.Read(ref _terms);

    public Instant Now => _clock.Now;

    public long Holders(LockKind kind) => Volatile.Read(ref _holders[(int)kind]);

    public long Waiters(LockKind kind) => Volatile.Read(ref _waiters[(int)kind]);

    public void LockAsked(LockKind kind) => Interlocked.Increment(ref _waiters[(int)kind]);

    public void LockAnswered(LockKind kind) => Interlocked.Decrement(ref _waiters[(int)kind]);

    /// <summary>A lock is held from now on. Returns when, or nothing when nobody measures that.</summary>
    public Instant? LockHeld(LockKind kind)
    {
        Interlocked.Increment(ref _holders[(int)kind]);
        return CoordinationMeter.LockHold.Enabled ? Now : null;
    }

    /// <summary>It is not any more.</summary>
    public void LockOver(LockKind kind, string name, Instant? since, LossReason reason)
    {
        Interlocked.Decrement(ref _holders[(int)kind]);
        if (since is { } start)
        {
            CoordinationMeter.LockHold.Record((Now - start).TotalSeconds, LockTags(kind, name));
        }

        if (reason is not (LossReason.Released or LossReason.Stopped) && CoordinationMeter.LockLost.Enabled)
        {
            var tags = LockTags(kind, name);
            tags.Add(MetricTags.Reason, MetricTags.Of(reason));
            CoordinationMeter.LockLost.Add(1, tags);
        }
    }

    public TagList LockTags(LockKind kind, string name)
    {
        var tags = new TagList { System, { MetricTags.Kind, MetricTags.Of(kind) } };
        AddName(ref tags, MetricTags.Lock, name);
        return tags;
    }

    public TagList ElectionTags(string election)
    {
        var tags = new TagList { System };
        AddName(ref tags, MetricTags.Election, election);
        return tags;
    }

    public void JournalBatch(int writes) => CoordinationMeter.JournalBatch.Record(writes, System);

    public void JournalFence() => CoordinationMeter.JournalFences.Add(1, System);

    public void LeaseRenewed(Instant sentAt, bool isGone) => LeaseRenewal(sentAt, isGone ? "gone" : "renewed");

    public void LeaseRenewalFailed(Instant sentAt) => LeaseRenewal(sentAt, "failed");

    public void LeaseRenewalSent(TimeSpan late) => CoordinationMeter.LeaseRenewalDelay.Record(Math.Max(0, late.TotalSeconds), System);

    public void LeaseLost(LossReason reason)
    {
        if (reason is not (LossReason.Released or LossReason.Stopped))
        {
            CoordinationMeter.LeaseLost.Add(1, System, new(MetricTags.Reason, MetricTags.Of(reason)));
        }
    }

    public void Elected(string election)
    {
        Interlocked.Increment(ref _terms);
        CoordinationMeter.ElectionElected.Add(1, ElectionTags(election));
    }

    /// <summary>A term is over: lost, when there is a reason; else resigned.</summary>
    public void TermOver(string election, LossReason? lost)
    {
        Interlocked.Decrement(ref _terms);
        if (lost is { } reason and not (LossReason.Released or LossReason.Stopped))
        {
            var tags = ElectionTags(election);
            tags.Add(MetricTags.Reason, MetricTags.Of(reason));
            CoordinationMeter.ElectionLost.Add(1, tags);
        }
    }

    public void WatchTold(Instant arrivedAt, int events)
    {
        CoordinationMeter.WatchLag.Record((Now - arrivedAt).TotalSeconds, System);
        CoordinationMeter.WatchBatch.Record(events, System);
    }

    public void WatchInterrupted() => CoordinationMeter.WatchInterruptions.Add(1, System);

    public void WatchResynced(ResyncReason reason) => CoordinationMeter.WatchResyncs.Add(1, System, new(MetricTags.Reason, MetricTags.Of(reason)));

    private void LeaseRenewal(Instant sentAt, string outcome)
    {
        var tag = new KeyValuePair<string, object?>(MetricTags.Outcome, outcome);
        CoordinationMeter.LeaseRenewals.Add(1, System, tag);
        CoordinationMeter.LeaseRenewal.Record((Now - sentAt).TotalSeconds, System, tag);
    }

    private void AddName(ref TagList tags, string tag, string name)
    {
        if (HasNames)
        {
            tags.Add(tag, name);
        }
    }
}
