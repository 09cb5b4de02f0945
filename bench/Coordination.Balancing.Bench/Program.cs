// Balancing beside its limit. Usage: dotnet run -c Release --project bench/Coordination.Balancing.Bench
// A request over loopback is the yardstick: in a data centre it costs more, the choice does not. Bare and balanced requests take turns, so that a change of
// the machine's speed meets both.
using Coordination.Balancing.Bench;

Console.WriteLine($"{Environment.ProcessorCount} cores");
var bare = await Requests.RunAsync();
await Picks.RunAsync(bare);
