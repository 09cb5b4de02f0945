// Locks beside their limits. Usage: dotnet run -c Release --project bench/Coordination.Bench [-- http://127.0.0.1:2379 [distinct|hand-over|held|profile 64]]
// Without an endpoint it runs on the embedded server. Every figure is printed beside its limit from the same run, as a ratio: absolute numbers
// move with the machine, the ratios hold.
using Coordination;
using Coordination.Bench;
using Coordination.Embedded;
using Coordination.Etcd;

if (args is [Contender.Command, var address])
{
    await Contender.RunAsync(new Uri(address));
    return;
}

await using var embedded = args.Length == 0 ? await EmbeddedEtcd.StartAsync() : null;
var endpoint = args.Length == 0 ? embedded!.Endpoint : new Uri(args[0]);
Console.WriteLine($"etcd {endpoint.GetLeftPart(UriPartial.Authority)}{(embedded is null ? "" : " (embedded)")}, {Environment.ProcessorCount} cores");

var systems = Enumerable.Range(0, 8).Select(n => CoordinationSystem.Start(new CoordinationOptions
{
    Owner = $"bench-{n}",
    SessionTtl = TimeSpan.FromSeconds(60),
    Etcd = new EtcdClientOptions { Endpoints = [endpoint] },
})).ToList();
foreach (var system in systems)
{
    await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(10));
}

var part = args.ElementAtOrDefault(1);
if (part is null or "distinct")
{
    await DistinctKeys.RunAsync(systems[0]);
}

if (part is null or "hand-over")
{
    await HandOver.RunAsync(systems, endpoint);
}

if (part is null or "held")
{
    await HeldLocks.RunAsync(systems[0]);
}

if (part is "profile")
{
    await DistinctKeys.ProfileAsync(systems[0], int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
}

foreach (var system in systems)
{
    await system.DisposeAsync();
}
