// Locks, registrations and watches on a real etcd that is killed every few minutes; a line a minute, and at the end whether anything grew. Exit codes: 0 nothing grew,
// 1 something did, 2 wrong command line. Usage: dotnet run -c Release --project bench/Coordination.Soak -- --minutes 60
using System.CommandLine;
using Coordination.Soak;

var minutes = new Option<double>("--minutes") { Description = "How long, in minutes; at least 4.", DefaultValueFactory = _ => 60 };
var locks = new Option<int>("--locks") { Description = "How many locks are acquired and released in a second.", DefaultValueFactory = _ => 5_000 };
var registrations = new Option<int>("--registrations") { Description = "How many instances are registered.", DefaultValueFactory = _ => 1_000 };
var watches = new Option<int>("--watches") { Description = "How many keys are watched, by a watch each.", DefaultValueFactory = _ => 1_000 };
var restart = new Option<double>("--restart") { Description = "Every how many minutes etcd is killed and started again.", DefaultValueFactory = _ => 5 };
minutes.Validators.Add(result =>
{
    if (result.GetValueOrDefault<double>() < 4)
    {
        result.AddError($"--minutes is {result.GetValueOrDefault<double>()}; allowed is 4 or more: fewer samples say nothing about growth.");
    }
});
var root = new RootCommand("Locks, registrations and watches for a long time while etcd is restarted: does anything grow?") { minutes, locks, registrations, watches, restart };
root.SetAction(async (result, cancellationToken) =>
{
    var settings = new SoakSettings(
        TimeSpan.FromMinutes(result.GetValue(minutes)), result.GetValue(locks), result.GetValue(registrations), result.GetValue(watches), TimeSpan.FromMinutes(result.GetValue(restart)));
    var samples = await SoakRun.RunAsync(settings, Console.WriteLine, cancellationToken);
    var grown = Sample.Grown(samples).ToList();
    Console.WriteLine(grown.Count == 0 ? "Nothing grew." : $"Grown: {string.Join(", ", grown)}");
    return grown.Count == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
