// Watches on a real etcd of its own. Usage: dotnet run -c Release --project bench/Coordination.Watch.Bench [-- latency|streams|many]
using Coordination.Watch.Bench;

var what = args.FirstOrDefault() ?? "all";
await using var etcd = await RealEtcd.StartAsync();
Console.WriteLine($"etcd on the same machine, {Environment.ProcessorCount} cores");
if (what is "latency" or "all")
{
    await Latency.RunAsync(etcd);
}

if (what is "streams" or "all")
{
    await Streams.RunAsync(etcd);
}

if (what is "many" or "all")
{
    await Many.RunAsync(etcd, 1_000);
    await Many.RunAsync(etcd, 10_000);
}
