using Coordination.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Coordination.Leases;

/// <summary>
/// Tells losses. They are rare and urgent, so they are told by threads of their own, which a starved thread pool does not delay. A lease that is lost takes many
/// claims with it, and callbacks of users run on these threads and may take their time: while they do, others tell the rest. So nobody's callback delays
/// another's loss by more than a moment. What a callback throws is logged; it must not end the process.
/// </summary>
internal static class LossNews
{
    // How long the tellers may be without progress before there are more of them. Twice as many each time: a thousand callbacks that block cost ten of these.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private static readonly object Sync = new();
    private static readonly Queue<News> Waiting = new();
    private static bool _isWatched;
    private static long _taken;

    public static void Tell(CancellationTokenSource lost, string what, ILogger log)
    {
        lock (Sync)
        {
            Waiting.Enqueue(new News(lost, what, log));
            if (!_isWatched)
            {
                _isWatched = true;
                Start(Watch, "coordination losses");
                Start(TellAll, "coordination loss");
            }
        }
    }

    /// <summary>Sees to it that there are always tellers that get on.</summary>
    private static void Watch()
    {
        lock (Sync)
        {
            var more = 1;
            while (Waiting.Count > 0)
            {
                var before = _taken;
                Monitor.Wait(Sync, Patience);
                if (_taken != before)
                {
                    more = 1;
                    continue;
                }

                for (var n = Math.Min(more, Waiting.Count); n > 0; n--)
                {
                    Start(TellAll, "coordination loss");
                }

                more *= 2;
            }

            _isWatched = false;
        }
    }

    private static void TellAll()
    {
        while (true)
        {
            News news;
            lock (Sync)
            {
                if (!Waiting.TryDequeue(out news))
                {
                    return;
                }

                _taken++;
                if (Waiting.Count == 0)
                {
                    Monitor.Pulse(Sync);
                }
            }

            news.Tell();
        }
    }

    private static void Start(Action run, string name) => new Thread(() => run()) { IsBackground = true, Name = name }.Start();

    private readonly record struct News(CancellationTokenSource Lost, string What, ILogger Log)
    {
        public void Tell()
        {
            try
            {
                Lost.Cancel();
            }
            catch (AggregateException error)
            {
                Log.LossCallbackFailed(error, What);
            }
        }
    }
}
