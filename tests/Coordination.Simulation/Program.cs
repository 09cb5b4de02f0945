// The whole product against a model of etcd and of the network.
// Usage: dotnet run -c Release --project tests/Coordination.Simulation -- [--from 1] [--runs 20000] [--threads 2]     many seeds
//        dotnet run -c Release --project tests/Coordination.Simulation -- --seed 4711                                 one seed, with its story, shortened when it fails
// The exit code is 1 when something did not hold.
using System.Globalization;
using Coordination.Simulation;

int Option(string name, int value) => Array.IndexOf(args, name) is var at and >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : value;

if (args.Contains("--seed"))
{
    return Story.Tell(Option("--seed", 1));
}

return Schedules.Run(Option("--from", 1), Option("--runs", 20_000), Option("--threads", Environment.ProcessorCount), Console.WriteLine).Count == 0 ? 0 : 1;
