namespace Coordination.Bench;

/// <summary>What locks cost while nothing happens: memory of those that are held and of those who wait, the processor at rest, and what is left of them afterwards.</summary>
internal static class HeldLocks
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(CoordinationSystem system)
    {
        Console.WriteLine();
        Console.WriteLine("locks at rest   (memory after a full collection; processor as a share of one core)");
        await HoldAsync(system, 1_000, "first");
        foreach (var count in (int[])[20_000, 100_000])
        {
            await HoldAsync(system, count, "held");
        }

        await WaitAsync(system, 5_000);
        await OwnLeasesAsync(system, 10_000);
    }

    private static async Task HoldAsync(CoordinationSystem system, int count, string folder)
    {
        var before = Memory();
        var handles = await AcquireAsync(count, n => system.Lock($"/bench/{folder}/{n}"));
        var first = await LoadAsync();
        var held = Memory();
        var later = await LoadAsync();
        await ReleaseAsync(handles);
        handles.Clear();
        await Task.Delay(Rest, TimeProvider.System);
        Console.WriteLine(
            $"  {count,7} locks held   {(held - before) / count,6} bytes each   processor {first:0.0} %, then {later:0.0} %   {(Memory() - before) / count,6} bytes each 10 s after the release");
    }

    private static async Task WaitAsync(CoordinationSystem system, int count)
    {
        await using var holder = await system.Lock("/bench/crowd").AcquireAsync();
        using var end = new CancellationTokenSource();
        var before = Memory();
        var waiting = Enumerable.Range(0, count).Select(_ => system.Lock("/bench/crowd").AcquireAsync(cancellationToken: end.Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Console.WriteLine($"  {count,7} requests wait for one lock   {(Memory() - before) / count,6} bytes each   processor {await LoadAsync():0.0} %");
        await end.CancelAsync();
        await Task.WhenAll(waiting.Select(request => request.ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    private static async Task OwnLeasesAsync(CoordinationSystem system, int count)
    {
        var before = Memory();
        var handles = await AcquireAsync(count, n => system.Lock($"/bench/own/{n}", new DistributedLockOptions { OwnLeaseTtl = TimeSpan.FromSeconds(30) }));
        Console.WriteLine($"  {count,7} leases of 30 s   {(Memory() - before) / count,6} bytes each   processor {await LoadAsync():0.0} %");
        await ReleaseAsync(handles);
    }

    private static async Task<List<ILockHandle>> AcquireAsync(int count, Func<int, ILock> of)
    {
        var handles = new List<ILockHandle>(count);
        foreach (var some in Enumerable.Range(0, count).Chunk(256))
        {
            handles.AddRange(await Task.WhenAll(some.Select(n => of(n).AcquireAsync())));
        }

        return handles;
    }

    private static async Task ReleaseAsync(List<ILockHandle> handles)
    {
        foreach (var some in handles.Chunk(256))
        {
            await Task.WhenAll(some.Select(handle => handle.ReleaseAsync()));
        }
    }

    /// <summary>What this process takes of one core for a while, in percent.</summary>
    private static async Task<double> LoadAsync()
    {
        var (start, time) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await Task.Delay(Rest, TimeProvider.System);
        return 100 * (Environment.CpuUsage.TotalTime - start) / TimeProvider.System.GetElapsedTime(time);
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
