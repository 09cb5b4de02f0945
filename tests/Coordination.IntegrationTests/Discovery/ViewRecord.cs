using System.Collections.Immutable;
using Coordination.Etcd;

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
    public bool WasEmptied => ViewCheck.States(Told).SkipWhile(s => s.Count == 0).Any(s => s.Count == 0);

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
        UntilAsync(told => told.Length > 0 && ViewCheck.States(told).Last().Values.Select(i => i.Id).Order(StringComparer.Ordinal).SequenceEqual(ids) && told[^1] is not ServiceChange.Stale);

    /// <summary>Nothing is wrong with what was told.</summary>
    public async Task CheckAgainstAsync(IEtcdClient etcd)
    {
        var told = Told;
        Assert.Null(new ViewCheck(await EtcdHistory.ReadAsync(etcd, _layout.RangeOf(told[0].Service), told[0].Revision), _layout).Follow(told));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
    }

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
