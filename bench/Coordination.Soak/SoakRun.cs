using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Soak;

/// <summary>One run.</summary>
internal sealed record SoakSettings(TimeSpan Duration, int LocksPerSecond, int Registrations, int Watches, TimeSpan Restart);

/// <summary>The load, the restarts of etcd, and a sample a minute.</summary>
internal sealed class SoakRun(SoakSettings settings, RealEtcd etcd, CoordinationSystem system, Action<string> print)
{
    private const int Workers = 64;
    private const int Names = 10_000;
    private const int Services = 10;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly long _start = Time.GetTimestamp();
    private readonly List<Sample> _samples = [];
    private long _locks;
    private long _failed;
    private long _told;
    private TimeSpan _processor;
    private TimeSpan _sampledAt;

    public static async Task<IReadOnlyList<Sample>> RunAsync(SoakSettings settings, Action<string> print, CancellationToken stop)
    {
        // Without compaction etcd's own history would fill its database in an hour.
        await using var etcd = await RealEtcd.StartAsync("--auto-compaction-mode", "revision", "--auto-compaction-retention", "100000");
        await using var system = CoordinationSystem.Start(new CoordinationOptions { Owner = "soak", Etcd = new EtcdClientOptions { Endpoints = [etcd.Endpoint] } });
        await system.WaitUntilReadyAsync(Limit, stop);
        var run = new SoakRun(settings, etcd, system, print);
        await run.RunAsync(stop);
        return run._samples;
    }

    private async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ending.CancelAfter(settings.Duration);
        var discoveries = Enumerable.Range(0, Services).Select(n => system.Discover($"soak-{n}")).ToList();
        foreach (var n in Enumerable.Range(0, settings.Registrations))
        {
            system.Register(new ServiceInstance { Service = $"soak-{n % Services}", Host = "10.0.0.1", Port = 1 + n });
        }

        Task[] load =
        [
            .. Enumerable.Range(0, Workers).Select(n => LockAsync(n, ending.Token)),
            .. Enumerable.Range(0, settings.Watches).Select(n => WatchAsync(n, ending.Token)),
            ChangeAsync(ending.Token),
            RestartAsync(ending.Token),
        ];
        try
        {
            while (true)
            {
                await Task.Delay(SampleEvery, Time, ending.Token);
                try
                {
                    await SampleAsync(ending.Token);
                }
                catch (EtcdException error)
                {
                    print($"no sample: {error.Message}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }

        await Task.WhenAll(load);
        print($"{_locks} locks, {_failed} attempts failed, {_told} changes told, {discoveries.Sum(discovery => discovery.Current.Instances.Length)} of {settings.Registrations} instances seen");
        discoveries.ForEach(discovery => discovery.Dispose());
    }

    /// <summary>As many as are due, none of them late for ever: what an outage cost is not made up for.</summary>
    private async Task LockAsync(int worker, CancellationToken stop)
    {
        var random = new Random(worker);
        var every = TimeSpan.FromSeconds((double)Workers / settings.LocksPerSecond);
        var due = Time.GetElapsedTime(_start);
        while (!stop.IsCancellationRequested)
        {
            var now = Time.GetElapsedTime(_start);
            due = due + every > now - TimeSpan.FromSeconds(1) ? due + every : now;
            if (due > now)
            {
                await Task.Delay(due - now, Time, CancellationToken.None);
            }

            try
            {
                await using var handle = await system.Lock($"/soak/locks/{random.Next(Names)}").AcquireAsync(cancellationToken: stop);
                Interlocked.Increment(ref _locks);
            }
            catch (Exception error) when (error is CoordinationException or OperationCanceledException)
            {
                Interlocked.Increment(ref _failed);
            }
        }
    }

    private async Task WatchAsync(int number, CancellationToken stop)
    {
        try
        {
            await foreach (var told in system.Watch($"/soak/watched/{number}").WithCancellation(stop))
            {
                Interlocked.Add(ref _told, told is WatchEvent.Changed changed ? changed.Events.Length : 0);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task ChangeAsync(CancellationToken stop)
    {
        var random = new Random(1);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await system.Etcd.PutAsync($"/soak/watched/{random.Next(Math.Max(1, settings.Watches))}", "x", CancellationToken.None);
            }
            catch (EtcdException)
            {
                // It is away.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), Time, CancellationToken.None);
        }
    }

    private async Task RestartAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(settings.Restart, Time, stop);
                await etcd.KillAsync();
                await Task.Delay(TimeSpan.FromSeconds(1), Time, CancellationToken.None);
                await StartAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task StartAsync()
    {
        try
        {
            await etcd.StartProcessAsync();
            print("etcd was killed and is up again");
        }
        catch (TimeoutException)
        {
            // On a busy machine it reads its log for longer than the tests wait. It comes, and what is measured goes on.
            print("etcd was killed and is slow to come up again");
        }
    }

    private async Task SampleAsync(CancellationToken stop)
    {
        await using var direct = new EtcdClient(new EtcdClientOptions { Endpoints = [etcd.Endpoint], RetryLimit = Limit });
        var leases = (await direct.ListLeasesAsync(stop)).Length;
        var keys = (await direct.GetAsync(new EtcdOp.Get(KeyRange.All) { CountOnly = true }, stop)).Count;
        var (at, processor) = (Time.GetElapsedTime(_start), Environment.CpuUsage.TotalTime);
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        var sample = new Sample(
            at, heap, self.WorkingSet64, Directory.GetFileSystemEntries("/proc/self/fd").Length, self.Threads.Count, leases, keys,
            Interlocked.Read(ref _locks), Interlocked.Read(ref _told), 100 * (processor - _processor) / (at - _sampledAt));
        (_processor, _sampledAt) = (processor, at);
        _samples.Add(sample);
        print(sample.ToString());
    }
}
