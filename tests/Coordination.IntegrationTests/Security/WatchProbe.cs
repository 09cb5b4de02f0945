using System.Collections.Concurrent;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Security;

/// <summary>One raw watch and what it signalled.</summary>
internal sealed class WatchProbe : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Channel<EtcdWatchSignal> _signals = Channel.CreateUnbounded<EtcdWatchSignal>();
    private readonly ConcurrentQueue<EtcdWatchSignal> _seen = new();
    private readonly IEtcdWatch _watch;

    public WatchProbe(IEtcdClient etcd, EtcdWatchSpec spec) => _watch = etcd.Watch(spec, signal =>
    {
        _seen.Enqueue(signal);
        _signals.Writer.TryWrite(signal);
    });

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<EtcdWatchSignal> Seen => _seen;

    /// <summary>The next signal that is as asked for.</summary>
    public async Task<EtcdWatchSignal> UntilAsync(Func<EtcdWatchSignal, bool> condition)
    {
        while (true)
        {
            var signal = await _signals.Reader.ReadAsync().AsTask().WaitAsync(Limit);
            if (condition(signal))
            {
                return signal;
            }
        }
    }

    public void Dispose() => _watch.Dispose();
}
