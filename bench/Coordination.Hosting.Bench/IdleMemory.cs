using Coordination.Etcd;

namespace Coordination.Hosting.Bench;

/// <summary>The memory of systems that only hold their lease.</summary>
internal static class IdleMemory
{
    private const int Count = 200;

    public static async Task RunAsync(Uri endpoint)
    {
        await using (Start(endpoint, "warm"))
        {
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var systems = Enumerable.Range(0, Count).Select(n => Start(endpoint, $"idle-{n}")).ToList();
        foreach (var system in systems)
        {
            await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(20));
        }

        // One renewal of each, so that everything it needs is there.
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine();
        Console.WriteLine($"memory of an idle system, its connection included   {(after - before) / (double)Count / 1024,8:0} KB   (of {Count})");
        await Task.WhenAll(systems.Select(system => system.DisposeAsync().AsTask()));
    }

    private static CoordinationSystem Start(Uri endpoint, string name) =>
        CoordinationSystem.Start(new CoordinationOptions { Name = name, Etcd = new EtcdClientOptions { Endpoints = [endpoint] } });
}
