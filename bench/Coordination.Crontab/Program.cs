using System.Diagnostics;
using System.Globalization;
using Coordination.Crontab;

// Two machines, a process each, with the same entry every few seconds for a minute: dotnet run -c Release --project bench/Coordination.Crontab [ticks [restart]]
// With 'restart' etcd is killed and started again in the middle.
if (args is ["machine", var machine, var etcd, var folder, var at, var count])
{
    var one = new CrontabRun(new Uri(etcd), folder) { Ticks = int.Parse(count, CultureInfo.InvariantCulture) };
    var codes = await one.Machine(machine, DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture))).RunAsync();
    return codes.Count(code => code != 0);
}

await using var server = await RealEtcd.StartAsync();
var notes = Directory.CreateTempSubdirectory("coordination-crontab-").FullName;
try
{
    var run = new CrontabRun(server.Endpoint, notes) { Ticks = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15 };
    Console.WriteLine($"Two machines, up to {run.Skew.TotalMilliseconds} ms apart, every {run.Period.TotalSeconds} s, {run.Ticks} ticks:");
    Console.WriteLine(run.Line);
    var start = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(2);
    var machines = new[] { "a", "b" }.Select(name => Process.Start(Environment.ProcessPath!, (string[])
    [
        "machine", name, run.Etcd.ToString(), notes, start.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), run.Ticks.ToString(CultureInfo.InvariantCulture),
    ])).ToList();
    if (args is [_, "restart"])
    {
        await Task.Delay(run.Period * (run.Ticks / 2), TimeProvider.System);
        await server.KillAsync();
        await server.StartProcessAsync();
        Console.WriteLine($"etcd was killed and started again after {run.Ticks / 2} ticks");
    }

    await Task.WhenAll(machines.Select(process => process.WaitForExitAsync()));

    var runs = run.Read();
    var wrong = Enumerable.Range(0, run.Ticks).Where(tick => runs.Count(note => note.Tick == tick) != 1).ToList();
    Console.WriteLine($"{runs.Count} runs of {run.Ticks} ticks: {string.Join(", ", runs.CountBy(note => note.Machine).OrderBy(machine => machine.Key).Select(machine => $"{machine.Value} on {machine.Key}"))}");
    Console.WriteLine(wrong.Count == 0 ? "Each tick ran on exactly one machine." : $"NOT exactly once: ticks {string.Join(", ", wrong)}");
    Console.WriteLine($"Tokens strictly increasing: {(runs.Zip(runs.Skip(1)).All(pair => pair.First.Token < pair.Second.Token) ? "yes" : "NO")}; failed lines: {machines.Sum(process => process.ExitCode)}");
    return wrong.Count == 0 && machines.All(process => process.ExitCode == 0) ? 0 : 1;
}
finally
{
    Directory.Delete(notes, recursive: true);
}
