using System.Globalization;
using Coordination.Embedded;
using Coordination.Embedded.Bench;

// dotnet run -c Release --project bench/Coordination.Embedded.Bench -- [pairs|load] [URL of another etcd] [seconds] [writes per second]
// dotnet run -c Release --project bench/Coordination.Embedded.Bench -- diff [seconds] [first seed]
var what = args.ElementAtOrDefault(0) ?? "pairs";
if (what == "diff")
{
    var (forSeconds, seed) = (Number(1, 60), Number(2, 1));
    return await Differences.FindAsync(TimeSpan.FromSeconds(forSeconds), seed) == 0 ? 0 : 1;
}

var seconds = Number(2, what == "load" ? 60 : 3);
await using var embedded = args.Length > 1 && args[1] != "embedded" ? null : await EmbeddedEtcd.StartAsync();
var endpoint = embedded?.Endpoint ?? new Uri(args[1]);
Console.WriteLine($"{what} on {(embedded is null ? endpoint : "the embedded etcd, in this process")}");
if (what == "load")
{
    await new Load(endpoint, TimeSpan.FromSeconds(seconds), Number(3, 5000)).RunAsync();
}
else
{
    foreach (var callers in new[] { 1, 8, 64, 256 })
    {
        await Pairs.RunAsync(endpoint, callers, TimeSpan.FromSeconds(seconds));
    }
}

return 0;

int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
