using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.IntegrationTests.Watches;

namespace Coordination.IntegrationTests.Discovery;

/// <summary>Everything that the changes of a service told, and whether that is what happened according to an independent reader of etcd.</summary>
internal sealed class ViewRecord : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ServiceLayout _layout;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<ServiceChange> _told = [];
    private readonly Task _reading;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ViewRecord(IServiceDiscovery discovery, ServiceLayout layout)
    {
        _layout = layout;
        _reading = ReadAsync(discovery);
    }

    public ImmutableArray<ServiceChange> Told
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>Whether a view was ever empty after it was not.</summary>
    public bool WasEmptied => States(Told).SkipWhile(s => s.Count == 0).Any(s => s.Count == 0);

    public async Task UntilAsync(Func<ImmutableArray<ServiceChange>, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task news;
            lock (_lock)
            {
                news = _news.Task;
            }

            var told = Told;
            if (condition(told))
            {
                return;
            }

            try
            {
                await news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException("Told so far:\n" + string.Join('\n', told));
            }
        }
    }

    public Task UntilAsync<T>()
        where T : ServiceChange => UntilAsync(told => told.Any(c => c is T));

    /// <summary>Until what was told adds up to instances with these ids.</summary>
    public Task UntilIdsAsync(params string[] ids) =>
        UntilAsync(told => told.Length > 0 && States(told).Last().Values.Select(i => i.Id).Order(StringComparer.Ordinal).SequenceEqual(ids) && told[^1] is not ServiceChange.Stale);

    /// <summary>Holds the messages against the history: each single change at its revision, none missing, none twice, and each whole view as of its revision.</summary>
    public async Task CheckAgainstAsync(IEtcdClient etcd)
    {
        var told = Told;
        var service = told[0].Service;
        var history = new StoreHistory(etcd, _layout.RangeOf(service));
        var state = new Dictionary<Bytes, ServiceInstance>();
        var at = Revision.None;
        var pending = new Queue<ServiceChange>();
        foreach (var change in told)
        {
            switch (change)
            {
                case ServiceChange.Resynced e:
                    if (e.Reason is not ViewReason.Resumed)
                    {
                        at = e.Revision;
                        state = Group(await history.KeysAsync(at)).Values.ToDictionary(i => i.Key);
                    }

                    Assert.Equal(state.Values.OrderBy(i => i.Id), e.View.Instances.OrderBy(i => i.Id), Same);
                    break;
                case ServiceChange.Stale:
                    break;
                default:
                    if (change.Revision > at)
                    {
                        Assert.Empty(pending);
                        foreach (var due in Changes(state, await history.ReadAsync(at.Next, change.Revision)))
                        {
                            pending.Enqueue(due);
                        }

                        at = change.Revision;
                    }

                    var expected = pending.Dequeue();
                    Assert.Equal((expected.GetType(), expected.Revision), (change.GetType(), change.Revision));
                    Assert.True(Same(InstanceOf(expected), InstanceOf(change)));
                    break;
            }
        }

        Assert.Empty(pending);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
    }

    private static bool Same(ServiceInstance a, ServiceInstance b) => a.SaysTheSameAs(b);

    private static ServiceInstance InstanceOf(ServiceChange change) => change switch
    {
        ServiceChange.Up e => e.Instance,
        ServiceChange.Changed e => e.Instance,
        ServiceChange.Down e => e.Instance,
        _ => throw new ArgumentException("no single change", nameof(change)),
    };

    private static IEnumerable<Dictionary<Bytes, ServiceInstance>> States(ImmutableArray<ServiceChange> told)
    {
        var state = new Dictionary<Bytes, ServiceInstance>();
        foreach (var change in told)
        {
            switch (change)
            {
                case ServiceChange.Resynced e:
                    state = e.View.Instances.ToDictionary(i => i.Key);
                    break;
                case ServiceChange.Down e:
                    state.Remove(e.Instance.Key);
                    break;
                case ServiceChange.Up or ServiceChange.Changed:
                    state[InstanceOf(change).Key] = InstanceOf(change);
                    break;
            }

            yield return new Dictionary<Bytes, ServiceInstance>(state);
        }
    }

    /// <summary>What the history says, in the words of a discovery; layouts with one key for each instance only.</summary>
    private List<ServiceChange> Changes(Dictionary<Bytes, ServiceInstance> state, ImmutableArray<EtcdEvent> events)
    {
        var changes = new List<ServiceChange>();
        foreach (var e in events)
        {
            var before = state.GetValueOrDefault(e.Current.Key);
            var after = e.IsDelete ? null : Group([e.Current]).GetValueOrDefault(e.Current.Key);
            var revision = e.Current.ModRevision;
            switch (before, after)
            {
                case (null, { } up):
                    changes.Add(new ServiceChange.Up(up.Service, revision, up));
                    break;
                case ({ } down, null):
                    changes.Add(new ServiceChange.Down(down.Service, revision, down));
                    break;
                case ({ } old, { } now) when !old.SaysTheSameAs(now):
                    changes.Add(new ServiceChange.Changed(now.Service, revision, now, old));
                    break;
            }

            if (after is null)
            {
                state.Remove(e.Current.Key);
            }
            else
            {
                state[e.Current.Key] = after;
            }
        }

        return changes;
    }

    private Dictionary<Bytes, ServiceInstance> Group(ImmutableArray<KeyValue> keys) => keys
        .Select(kv => _layout.Read(_layout.GroupOf(kv.Key)!.Value.Service, kv.Key, [kv]).Instance)
        .OfType<ServiceInstance>()
        .ToDictionary(i => i.Key);

    private async Task ReadAsync(IServiceDiscovery discovery)
    {
        try
        {
            await foreach (var change in discovery.ChangesAsync(_end.Token))
            {
                TaskCompletionSource news;
                lock (_lock)
                {
                    _told.Add(change);
                    news = _news;
                    _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                news.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
