using Coordination.Etcd;

namespace Coordination.IntegrationTests.Watches;

/// <summary>Follows a watch, writes everything down, and holds it against the store's history.</summary>
internal sealed class WatchRecord : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<WatchEvent> _told = [];
    private readonly List<(Func<IReadOnlyList<WatchEvent>, bool> Condition, TaskCompletionSource Met)> _waiting = [];
    private readonly Task _reading;

    private WatchRecord(IAsyncEnumerable<WatchEvent> watch) => _reading = ReadAsync(watch);

    public IReadOnlyList<WatchEvent> Told
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>Begins, and waits for the first event.</summary>
    public static async Task<WatchRecord> StartAsync(IAsyncEnumerable<WatchEvent> watch)
    {
        var record = new WatchRecord(watch);
        await record.UntilAsync(told => told.Count > 0);
        return record;
    }

    public Task UntilAsync(Revision revision) => UntilAsync(told => WatchCheck.RevisionOf(told[^1]) >= revision);

    public Task UntilAsync<T>()
        where T : WatchEvent => UntilAsync(told => told[^1] is T);

    /// <summary>Completes when the condition holds, which is asked after each event.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<WatchEvent>, bool> condition)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_told.Count > 0 && condition(_told))
            {
                return;
            }

            _waiting.Add((condition, met));
        }

        try
        {
            await (await Task.WhenAny(met.Task, _reading)).WaitAsync(Limit);
            await met.Task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It was not told in time. Told was: {string.Join(", ", Told.Select(e => e.ToString()))}");
        }
    }

    /// <summary>Nothing is wrong with what was told, and it adds up to what is there. etcd must know its history from the last resync on.</summary>
    public async Task CheckAgainstAsync(IEtcdClient etcd, KeyRange keys)
    {
        var told = Told;
        var from = told.LastOrDefault(e => e is WatchEvent.Resynced or WatchEvent.Conflated) ?? told.FirstOrDefault(e => e is WatchEvent.Snapshot);
        var check = new WatchCheck(await EtcdHistory.ReadAsync(etcd, keys, from is null ? Revision.None : WatchCheck.RevisionOf(from)));
        Assert.Null(check.Follow(told));
        Assert.Null(check.Arrive());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
    }

    private async Task ReadAsync(IAsyncEnumerable<WatchEvent> watch)
    {
        try
        {
            await foreach (var told in watch.WithCancellation(_stopping.Token))
            {
                lock (_lock)
                {
                    _told.Add(told);
                    foreach (var (condition, met) in _waiting)
                    {
                        if (condition(_told))
                        {
                            met.TrySetResult();
                        }
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }
}
