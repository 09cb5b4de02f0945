// Processes compete for one lock on a real etcd while faults are injected; what they claimed is checked. Exit codes: 0 no violation, 1 a violation,
// 2 wrong command line. Usage: dotnet run -c Release --project bench/Coordination.Chaos -- --duration 300 --seed 1 --processes 8
using System.CommandLine;
using Coordination.Chaos;
using Coordination.Chaos.Shards;
using Coordination.Chaos.Workers;

var seed = new Option<int>("--seed") { Description = "Which faults come when. What the machine makes of them differs from run to run.", DefaultValueFactory = _ => 1 };
var duration = new Option<double>("--duration") { Description = "How long faults are injected, in seconds.", DefaultValueFactory = _ => 60 };
var processes = new Option<int>("--processes") { Description = "How many processes compete.", DefaultValueFactory = _ => 8 };
var ttl = new Option<double>("--ttl") { Description = "The TTL of their leases, in seconds, at least 2.", DefaultValueFactory = _ => 3 };
var history = new Option<string?>("--history") { Description = "A file for everything that was reported, in order." };
var root = new RootCommand("Processes compete for one lock while etcd, the network and they themselves fail; what they claimed is checked.")
{
    seed, duration, processes, ttl, history,
};
root.Subcommands.Add(WorkerCommand.Create());
root.Subcommands.Add(ShardCommand.Create());
root.SetAction(async (result, cancellationToken) =>
{
    var verdict = await ChaosRun.RunAsync(
        new ChaosSettings(
            result.GetValue(seed),
            TimeSpan.FromSeconds(result.GetValue(duration)),
            result.GetValue(processes),
            TimeSpan.FromSeconds(result.GetValue(ttl)),
            result.GetValue(history)),
        Console.WriteLine,
        cancellationToken);
    Console.WriteLine(verdict);
    return verdict.Violations.Length == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
