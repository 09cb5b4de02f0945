// Three nodes of etcd under load while nodes fail; what was seen is checked, and the times of recovery are printed. Exit codes: 0 no violation, 1 a violation,
// 2 wrong command line. Usage: dotnet run -c Release --project bench/Coordination.Cluster -- --rounds 3
using System.CommandLine;
using Coordination.Cluster;

var names = string.Join(", ", Scenario.All.Select(scenario => scenario.Name));
var rounds = new Option<int>("--rounds") { Description = "How often each scenario is run.", DefaultValueFactory = _ => 1 };
var only = new Option<string[]>("--only") { Description = $"Which scenarios: {names}. Default: all.", AllowMultipleArgumentsPerToken = true };
var root = new RootCommand("Three nodes of etcd under load of locks, watches, reads and writes, while nodes are killed, stopped, cut off and replaced, and their disks hang (as root).") { rounds, only };
root.SetAction(async (result, cancellationToken) =>
{
    var wanted = result.GetValue(only) is { Length: > 0 } chosen ? Scenario.All.Where(scenario => chosen.Contains(scenario.Name)) : Scenario.All;
    var verdict = await ClusterRun.RunAsync([.. Enumerable.Repeat(wanted, result.GetValue(rounds)).SelectMany(all => all)], Console.WriteLine, cancellationToken);
    Console.WriteLine(verdict);
    return verdict.Violations.Length == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
