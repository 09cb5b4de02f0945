using Coordination.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Coordination.Supervision;

/// <summary>
/// Keeps this process's thread pool going when all of its threads are blocked. Renewals, answers and timeouts run on it, because HTTP does, and nothing else can run them: callers
/// that block on a task of ours (<c>AcquireAsync(…).Result</c>) would wait for what only a thread that they block could do. A thread of its own puts something in the pool's
/// queue now and then; when it is not run in time, the pool gets as many threads more as work waits. It would do so itself, but only a few a second, and not at all at its
/// limit. When it runs well again the limits are what they were. One for the process, while there is a system in it.
/// </summary>
internal sealed class PoolWatch : IDisposable
{
    /// <summary>How many threads more it may get in all. More blocked callers than that are served as threads come free.</summary>
    internal const int MostThreads = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static readonly List<PoolWatch> Watches = [];

    private readonly ILogger _log;
    private readonly ManualResetEventSlim _over = new();

    private PoolWatch(ILogger log) => _log = log;

    /// <summary>Watches until the result is disposed.</summary>
    /// <param name="log">Told when the pool was starved.</param>
    public static PoolWatch Start(ILogger log)
    {
        lock (Gate)
        {
            var watch = new PoolWatch(log);
            Watches.Add(watch);
            if (Watches.Count == 1)
            {
                watch.StartThread();
            }

            return watch;
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (Watches.Count > 1 && Watches[0] == this)
            {
                // The others need a thread, too.
                Watches[1].StartThread();
            }

            Watches.Remove(this);
            _over.Set();
        }
    }

    private void StartThread() => new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "coordination pool watch", Priority = ThreadPriority.AboveNormal }.Start();

    private void Run()
    {
        var added = 0;
        var (min, max) = Limits();
        var wellSince = TimeProvider.System.GetTimestamp();
        while (!_over.Wait(Interval))
        {
            if (!new Probe().WasRunWithin(Patience))
            {
                if (added == 0)
                {
                    (min, max) = Limits();
                }

                var waiting = (int)Math.Min(ThreadPool.PendingWorkItemCount, MostThreads);
                var more = Math.Min(Math.Max(waiting, 1), MostThreads - added);
                if (more > 0)
                {
                    var threads = ThreadPool.ThreadCount;
                    Allow(threads + more, Math.Max(max, threads + more));
                    added += more;
                    _log.PoolStarved(threads, waiting, more);
                }

                wellSince = TimeProvider.System.GetTimestamp();
            }
            else if (added > 0 && TimeProvider.System.GetElapsedTime(wellSince) > Recovery)
            {
                Allow(min, max);
                added = 0;
            }
        }

        if (added > 0)
        {
            Allow(min, max);
        }
    }

    private static (int Min, int Max) Limits()
    {
        ThreadPool.GetMinThreads(out var min, out _);
        ThreadPool.GetMaxThreads(out var max, out _);
        return (min, max);
    }

    /// <summary>Neither limit may pass the other on the way.</summary>
    private static void Allow(int min, int max)
    {
        ThreadPool.GetMaxThreads(out var presentMax, out var maxIo);
        ThreadPool.GetMinThreads(out _, out var minIo);
        ThreadPool.SetMaxThreads(Math.Max(presentMax, max), maxIo);
        ThreadPool.SetMinThreads(min, minIo);
        ThreadPool.SetMaxThreads(max, maxIo);
    }

    /// <summary>Something for the pool to do.</summary>
    private sealed class Probe : IThreadPoolWorkItem
    {
        private readonly object _lock = new();
        private bool _ran;

        public Probe() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

        public bool WasRunWithin(TimeSpan patience)
        {
            lock (_lock)
            {
                return _ran || Monitor.Wait(_lock, patience) || _ran;
            }
        }

        public void Execute()
        {
            lock (_lock)
            {
                _ran = true;
                Monitor.Pulse(_lock);
            }
        }
    }
}
