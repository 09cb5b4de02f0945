using Coordination.Etcd;
using Coordination.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Leases;

/// <summary>
/// Whether a lease may still be claimed: written by its LeaseActor, read by everybody. Thread-safe. The question is answered by the clock, so the
/// answer is right even when no timer could fire; once it was no, it is no for ever.
/// </summary>
internal sealed class LeaseValidity
{
    // Half of the smallest number: the clock can be subtracted from it without an overflow.
    private const long LostMark = long.MinValue / 2;

    private readonly MonotonicClock _clock;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _lost = new();
    private string? _problem;
    private long _deadline;
    private LossReason _reason;

    public LeaseValidity(LeaseId id, TimeSpan ttl, Instant deadline, MonotonicClock clock, ILogger? log = null)
    {
        _log = log ?? NullLogger.Instance;
        Id = id;
        Ttl = ttl;
        _clock = clock;
        _deadline = deadline.Ticks;
    }

    public LeaseId Id { get; }

    public TimeSpan Ttl { get; }

    /// <summary>Cancelled when the lease is lost, from a thread of its own: neither an actor's turn nor a starved thread pool delays it.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether now is before the deadline.</summary>
    public bool IsHeld => ValidFor > TimeSpan.Zero;

    /// <summary>How long the claim is good without another renewal; zero when lost.</summary>
    public TimeSpan ValidFor
    {
        get
        {
            // Reading never waits while the claim is good; finding it run out is what makes it lost.
            var left = Volatile.Read(ref _deadline) - _clock.Now.Ticks;
            if (left > 0)
            {
                return new TimeSpan(left);
            }

            lock (_lock)
            {
                LoseIfRunOut();
                return _deadline == LostMark ? TimeSpan.Zero : new TimeSpan(Math.Max(0, _deadline - _clock.Now.Ticks));
            }
        }
    }

    /// <summary>What the last renewal failed of; null when it did not. For people.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Why it is lost; null while it is not.</summary>
    public LossReason? Reason
    {
        get
        {
            lock (_lock)
            {
                LoseIfRunOut();
                return _deadline == LostMark ? _reason : null;
            }
        }
    }

    /// <summary>When to look again whether it ran out; null when it is lost.</summary>
    public Instant? Deadline
    {
        get
        {
            var deadline = Volatile.Read(ref _deadline);
            return deadline == LostMark ? null : new Instant(deadline);
        }
    }

    /// <summary>Notes what the last renewal failed of, or that it did not.</summary>
    public void Note(string? problem) => Volatile.Write(ref _problem, problem);

    /// <summary>Takes a proven renewal into account. False when the lease was lost before: nothing resurrects it.</summary>
    public bool TryExtend(Instant deadline)
    {
        lock (_lock)
        {
            LoseIfRunOut();
            if (_deadline == LostMark)
            {
                return false;
            }

            Volatile.Write(ref _deadline, Math.Max(_deadline, deadline.Ticks));
            return true;
        }
    }

    /// <summary>Ends the claim, whatever the clock says. Idempotent; the first reason stays.</summary>
    public void Lose(LossReason reason)
    {
        lock (_lock)
        {
            LoseIfRunOut();
            if (_deadline != LostMark)
            {
                MarkLost(reason);
            }
        }
    }

    /// <summary>Ends it without telling anybody: nobody is interested any more.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            if (_deadline != LostMark)
            {
                _reason = LossReason.Released;
                Volatile.Write(ref _deadline, LostMark);
            }
        }
    }

    private void LoseIfRunOut()
    {
        if (_deadline != LostMark && _clock.Now.Ticks >= _deadline)
        {
            MarkLost(LossReason.Expired);
        }
    }

    private void MarkLost(LossReason reason)
    {
        _reason = reason;
        Volatile.Write(ref _deadline, LostMark);

        LossNews.Tell(_lost, $"lease {Id}", _log);
    }
}
