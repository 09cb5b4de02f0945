using System.Collections.Immutable;
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

    public static Revision RevisionOf(WatchEvent told) => told switch
    {
        WatchEvent.Snapshot e => e.Revision,
        WatchEvent.Changed e => e.Revision,
        WatchEvent.Resynced e => e.Revision,
        WatchEvent.Conflated e => e.Revision,
        _ => Revision.None,
    };

    public Task UntilAsync(Revision revision) => UntilAsync(told => RevisionOf(told[^1]) >= revision);

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

    /// <summary>
    /// What was told is the history from its start, whole revisions once and in order, or an explicit resync after which the copy of a subscriber
    /// equals the store. The history itself must still be there (not compacted) from the last resync on.
    /// </summary>
    public async Task CheckAgainstAsync(StoreHistory history)
    {
        var copy = new SortedDictionary<Bytes, KeyValue>();
        var at = Revision.None;
        var since = Told.ToList();
        var cut = since.FindLastIndex(e => e is WatchEvent.Resynced or WatchEvent.Conflated);
        for (var i = 0; i < since.Count; i++)
        {
            switch (since[i])
            {
                case WatchEvent.Snapshot e:
                    Replace(copy, e.KeyValues);
                    break;
                case WatchEvent.Resynced e:
                    if (e.IsComplete)
                    {
                        Apply(copy, e.Difference);
                        Assert.Equal(e.KeyValues, copy.Values);
                    }

                    Replace(copy, e.KeyValues);
                    break;
                case WatchEvent.Conflated e:
                    Apply(copy, e.Events);
                    break;
                case WatchEvent.Changed e:
                    Assert.True(e.Events[0].Current.ModRevision > at, $"Revision {e.Events[0].Current.ModRevision} was told after {at}.");
                    if (i > cut)
                    {
                        var expected = await history.ReadAsync(at.Next, e.Revision);
                        Assert.Equal(expected.Select(Plain), e.Events.Select(Plain));
                    }

                    Apply(copy, e.Events);
                    break;
                default:
                    continue;
            }

            at = RevisionOf(since[i]);
            if (i == cut)
            {
                Assert.Equal(await history.KeysAsync(at), copy.Values);
            }
        }

        Assert.Equal(await history.KeysAsync(Revision.None), copy.Values);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
    }

    private static EtcdEvent Plain(EtcdEvent e) => e with { Previous = null };

    private static void Replace(SortedDictionary<Bytes, KeyValue> copy, ImmutableArray<KeyValue> all)
    {
        copy.Clear();
        foreach (var kv in all)
        {
            copy[kv.Key] = kv;
        }
    }

    private static void Apply(SortedDictionary<Bytes, KeyValue> copy, ImmutableArray<EtcdEvent> events)
    {
        foreach (var e in events)
        {
            if (e.IsDelete)
            {
                copy.Remove(e.Current.Key);
            }
            else
            {
                copy[e.Current.Key] = e.Current;
            }
        }
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
