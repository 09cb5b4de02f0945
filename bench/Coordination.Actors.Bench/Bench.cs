using System.Globalization;

namespace Coordination.Actors.Bench;

/// <summary>One measurement: a warm-up, then the best of three runs, with the bytes allocated per operation.</summary>
internal sealed record Bench(string Name, string Unit, long Operations, Func<ActorSystem, Task> Body)
{
    public async Task RunAsync()
    {
        var best = default(Result);
        for (var run = 0; run < 4; run++)
        {
            var result = await OnceAsync();
            if (run > 0 && result.PerSecond > best.PerSecond) best = result;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name,-28} {best.PerSecond,14:N0} {Unit}/s {best.BytesPerOperation,8:N1} B each"));
    }

    private async Task<Result> OnceAsync()
    {
        using var system = ActorSystem.Create("bench");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = TimeProvider.System.GetTimestamp();
        await Body(system);
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        await system.Terminate();
        return new Result(Operations / elapsed.TotalSeconds, (double)bytes / Operations);
    }

    private readonly record struct Result(double PerSecond, double BytesPerOperation);
}
