// What a coordination system costs a host. Usage: dotnet run -c Release --project bench/Coordination.Hosting.Bench [-- http://127.0.0.1:2379]
using Coordination.Embedded;
using Coordination.Hosting.Bench;

await using var embedded = args.Length == 0 ? await EmbeddedEtcd.StartAsync() : null;
var endpoint = args.Length == 0 ? embedded!.Endpoint : new Uri(args[0]);
Console.WriteLine($"etcd {endpoint.GetLeftPart(UriPartial.Authority)}{(embedded is null ? "" : " (embedded)")}, {Environment.ProcessorCount} cores");

await StartCosts.RunAsync(endpoint);
await IdleMemory.RunAsync(endpoint);
await Listening.RunAsync(endpoint);
await AkkaLease.RunAsync(endpoint);
