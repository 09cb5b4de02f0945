using Coordination.Time;

namespace Coordination.Leases;

/// <summary>
/// One thread that sleeps until the nearest deadline. It does not depend on the thread pool, which may be starved exactly when a lease is being
/// lost. Extensions are not told to it: it finds a later deadline when it looks, and sleeps on.
/// </summary>
internal sealed class ThreadLossAlarm : LossAlarm
{
    // A suspended machine's sleep does not count the suspension; this bounds how late the news is after waking up.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    // Those that ended early are not waited for: they are thrown out when there are many.
    private const int FewEnough = 1024;

    private readonly MonotonicClock _clock;
    private readonly object _lock = new();
    private readonly PriorityQueue<LeaseValidity, Instant> _queue = new();
    private readonly Thread _thread;
    private bool _stopped;
    private int _compactAt = FewEnough;

    public ThreadLossAlarm(MonotonicClock clock)
    {
        _clock = clock;
        _thread = new Thread(Run) { IsBackground = true, Name = "coordination loss alarm", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    public override void Add(LeaseValidity lease)
    {
        lock (_lock)
        {
            if (lease.Deadline is { } deadline)
            {
                if (_queue.Count >= _compactAt)
                {
                    Compact();
                }

                _queue.Enqueue(lease, deadline);
                Monitor.Pulse(_lock);
            }
        }
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.Pulse(_lock);
        }
    }

    private void Compact()
    {
        var alive = _queue.UnorderedItems.Where(item => item.Element.Deadline is not null).ToList();
        _queue.Clear();
        _queue.EnqueueRange(alive);
        _compactAt = Math.Max(FewEnough, 2 * alive.Count);
    }

    private void Run()
    {
        lock (_lock)
        {
            while (!_stopped)
            {
                while (_queue.TryPeek(out var lease, out var deadline) && deadline <= _clock.Now)
                {
                    _queue.Dequeue();
                    if (Check(lease) is { } next)
                    {
                        _queue.Enqueue(lease, next);
                    }
                }

                if (_queue.TryPeek(out _, out var nearest))
                {
                    var sleep = nearest - _clock.Now;
                    // Rounded up to whole milliseconds, as the wait counts them: waking early would spin.
                    Monitor.Wait(_lock, sleep < LongestSleep ? TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(sleep.TotalMilliseconds))) : LongestSleep);
                }
                else
                {
                    Monitor.Wait(_lock);
                }
            }
        }
    }
}
