using Coordination;
using Coordination.Hosting;

namespace SameInCSharp;

internal static class Locking
{
    public static async Task RunAsync(CancellationToken stop)
    {
        // <lock>
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        await using var handle = await coordination.Lock("/cron/lock/job9").TryAcquireAsync(stop);
        if (handle is null)
        {
            Console.WriteLine($"taken by {(await coordination.Lock("/cron/lock/job9").GetHolderAsync(stop))?.Owner}");
            return;
        }

        Console.WriteLine($"working, token {handle.Token}");
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stop, handle.Lost);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, work.Token);
        Console.WriteLine("done");

        // </lock>
    }
}
