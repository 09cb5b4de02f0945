using System.Collections.Concurrent;
using System.Collections.Immutable;
using Coordination.Cluster.Load;
using Coordination.Etcd;

namespace Coordination.Cluster;

/// <summary>A whole run: a cluster, systems and clients that work on it, faults one after the other, and the check of what came of it.</summary>
internal sealed class ClusterRun
{
    private const int Systems = 3;

    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private readonly EtcdCluster _cluster;
    private readonly Action<string> _print;
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly Progress[] _progress = [new("read"), new("write"), new("lock"), new("watch")];
    private readonly List<LockLoad> _locks = [];
    private readonly List<ReadLoad> _reads = [];
    private readonly List<WriteLoad> _writes = [];
    private readonly List<WatchLoad> _watches = [];

    private ClusterRun(EtcdCluster cluster, Action<string> print)
    {
        _cluster = cluster;
        _print = print;
    }

    public static async Task<ClusterVerdict> RunAsync(ImmutableArray<Scenario> scenarios, Action<string> print, CancellationToken stop = default)
    {
        var disks = new List<LoopDisk>();
        try
        {
            for (var n = 0; n < 3 && scenarios.Any(scenario => scenario.FreezesDisk); n++)
            {
                disks.Add(await LoopDisk.MountAsync());
            }

            await using var cluster = await EtcdCluster.StartAsync(scenarios.Any(scenario => scenario.Isolates), disks.Count > 0 ? disks : null);
            return await new ClusterRun(cluster, print).RunAsync(scenarios, stop);
        }
        finally
        {
            foreach (var disk in disks)
            {
                await disk.DisposeAsync();
            }
        }
    }

    private async Task<ClusterVerdict> RunAsync(ImmutableArray<Scenario> scenarios, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var watching = new CancellationTokenSource();
        var systems = Enumerable.Range(0, Systems).Select(n => StartSystem(n)).ToList();
        var clients = Enumerable.Range(0, 2).Select(n => new EtcdClient(Options(n) with { RetryLimit = RecoveryLimit })).ToList();
        _locks.AddRange(systems.Select((system, n) => new LockLoad(system, n, _progress[2])));
        _reads.AddRange(clients.Select(client => new ReadLoad(client, _progress[0], _violations.Enqueue)));
        _writes.AddRange(clients.Select((client, n) => new WriteLoad(client, n, _progress[1])));
        _watches.AddRange(systems.Select(system => new WatchLoad(system, BegunAt, _progress[3])));
        var follow = _watches.Select(watch => watch.RunAsync(watching.Token)).ToList();
        await Task.WhenAll(_watches.Select(watch => watch.Began)).WaitAsync(RecoveryLimit, stop);
        Task[] work =
        [
            .. _locks.Select(locks => locks.RunAsync(ending.Token)),
            .. _reads.Select(reads => reads.RunAsync(ending.Token)),
            .. _writes.Select(writes => writes.RunAsync(ending.Token)),
        ];
        var recoveries = new List<Recovery>();
        foreach (var scenario in scenarios)
        {
            recoveries.Add(await RunAsync(scenario, stop));
        }

        await ending.CancelAsync();
        await Task.WhenAll(work);
        await CheckAsync();
        await watching.CancelAsync();
        await Task.WhenAll(follow);
        foreach (IAsyncDisposable used in systems.Concat<IAsyncDisposable>(clients))
        {
            await used.DisposeAsync();
        }

        var failed = _writes.SelectMany(writes => writes.Failed.Values).ToLookup(error => error.Outcome);
        return new ClusterVerdict(
            [.. recoveries],
            [.. _violations],
            [.. _progress.Select(progress => (progress.What, progress.Count))],
            failed[WriteOutcome.Unknown].Count(),
            failed[WriteOutcome.NotApplied].Count());
    }

    private async Task<Recovery> RunAsync(Scenario scenario, CancellationToken stop)
    {
        await Task.WhenAll(_progress.Select(progress => progress.AfterAsync(TimeProvider.System.GetTimestamp()))).WaitAsync(RecoveryLimit, stop);
        await Task.Delay(Calm, TimeProvider.System, stop);
        var lost = Lost;
        var since = TimeProvider.System.GetTimestamp();
        var heal = await scenario.BreakAsync(_cluster);
        var recovering = scenario.HasQuorum ? RecoverAsync(TimeProvider.System.GetTimestamp()) : null;
        if (scenario.Lasts - TimeProvider.System.GetElapsedTime(since) is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, TimeProvider.System, stop);
        }

        since = TimeProvider.System.GetTimestamp();
        await heal();
        var times = await (recovering ?? RecoverAsync(since)).WaitAsync(RecoveryLimit, stop);
        var recovery = new Recovery(scenario.Name, times, Lost - lost);
        _print(recovery.ToString());
        return recovery;
    }

    private async Task<ImmutableArray<(string, TimeSpan)>> RecoverAsync(long since)
    {
        var times = await Task.WhenAll(_progress.Select(progress => progress.AfterAsync(since)).Append(LedAsync(since)));
        return [.. _progress.Select(progress => progress.What).Append("a leader").Zip(times)];
    }

    /// <summary>How long the cluster itself took: no client can be faster.</summary>
    private async Task<TimeSpan> LedAsync(long since)
    {
        await _cluster.LeaderAsync();
        return TimeProvider.System.GetElapsedTime(since);
    }

    private async Task CheckAsync()
    {
        // Of the leader alone: one of the cluster's nodes has been replaced.
        await using var direct = new EtcdClient(new EtcdClientOptions { RetryLimit = RecoveryLimit, Endpoints = [(await _cluster.LeaderAsync()).Endpoint] });
        var history = await EtcdHistory.ReadAsync(direct, KeyRange.Prefix(WriteLoad.Prefix));
        foreach (var (watch, n) in _watches.Select((watch, n) => (watch, n)))
        {
            await UntilToldAsync(watch, history.Changes[^1].Current.ModRevision);
            var check = new WatchCheck(history);
            if ((check.Follow(watch.Told) ?? check.Arrive()) is { } wrong)
            {
                _violations.Enqueue($"watch {n}: {wrong}");
            }
        }

        foreach (var violation in (string[])[
            .. _writes.SelectMany(writes => WriteCheck.Violations(writes, history)),
            .. Operations.Violations([.. _writes.SelectMany(writes => writes.Operations), .. _reads.SelectMany(reads => reads.Made)]),
            .. Holdings.Violations(_locks.SelectMany(locks => locks.Holdings))])
        {
            _violations.Enqueue(violation);
        }
    }

    private static async Task UntilToldAsync(WatchLoad watch, Revision last)
    {
        var since = TimeProvider.System.GetTimestamp();
        while ((watch.Told.LastOrDefault() is not { } told || WatchCheck.RevisionOf(told) < last) && TimeProvider.System.GetElapsedTime(since) < RecoveryLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private long Lost => _locks.Sum(locks => locks.Lost);

    private long? BegunAt(string value) => _writes.Select(writes => writes.Begun.TryGetValue(value, out var begun) ? begun : (long?)null).FirstOrDefault(begun => begun is not null);

    private CoordinationSystem StartSystem(int number) => CoordinationSystem.Start(new CoordinationOptions
    {
        Owner = $"system-{number}",
        SessionTtl = Ttl,
        Etcd = Options(number),
    });

    /// <summary>Each begins with another endpoint, so every fault hits somebody.</summary>
    private EtcdClientOptions Options(int number) => new()
    {
        Endpoints = [.. _cluster.Endpoints.Skip(number), .. _cluster.Endpoints.Take(number)],
        RequestTimeout = TimeSpan.FromSeconds(1.5),
        ConnectTimeout = TimeSpan.FromSeconds(1),
        WatchSilenceLimit = TimeSpan.FromSeconds(2),
        TimeProvider = SuspendAwareTimeProvider.Instance,
    };
}
