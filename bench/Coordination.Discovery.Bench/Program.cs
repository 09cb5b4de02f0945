// Registrations and views in bulk. Usage: dotnet run -c Release --project bench/Coordination.Discovery.Bench [-- registrations services]
// Starts Debian's etcd by itself, kills it and starts it again.
using System.Globalization;
using Coordination;
using Coordination.Discovery.Bench;
using Coordination.Etcd;
using Coordination.Testing;

var registrations = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5000;
var services = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000;
await using var etcd = await RealEtcd.StartAsync();
await using var system = CoordinationSystem.Start(new CoordinationOptions
{
    SessionTtl = TimeSpan.FromSeconds(5),
    StopTimeout = TimeSpan.FromSeconds(20),
    Etcd = new EtcdClientOptions { Endpoints = [etcd.Endpoint] },
});
await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(10));
Console.WriteLine($"{registrations} registrations in {services} services, a view of each, one process, {Environment.ProcessorCount} cores shared with etcd");

await PutToSubscriber.RunAsync(system, "idle");
var bulk = new Bulk(system, registrations, services);
await bulk.RegisterAsync();
await bulk.FollowAsync();
await bulk.RestAsync();
await PutToSubscriber.RunAsync(system, "beside the bulk");
await bulk.OutageAsync(etcd, TimeSpan.Zero, "etcd killed and started again at once");
await bulk.OutageAsync(etcd, TimeSpan.FromSeconds(8), "etcd away for 8 s, TTL 5 s");
await new Yardstick(new EtcdClientOptions { Endpoints = [etcd.Endpoint] }, registrations, registrations + services).RunAsync();
