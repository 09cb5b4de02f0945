using System.Globalization;
using Coordination.Embedded;
using Coordination.Embedded.Bench;

// dotnet run -c Release --project bench/Coordination.Embedded.Bench -- [pairs|load] [URL of a real etcd] [seconds]
var what = args.ElementAtOrDefault(0) ?? "pairs";
var seconds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : what == "load" ? 60 : 3;
await using var embedded = args.Length > 1 && args[1] != "embedded" ? null : await EmbeddedEtcd.StartAsync();
var endpoint = embedded?.Endpoint ?? new Uri(args[1]);
Console.WriteLine($"{what} on {(embedded is null ? endpoint : "the embedded etcd, in this process")}");
if (what == "load")
{
    await new Load(endpoint, TimeSpan.FromSeconds(seconds)).RunAsync();
}
else
{
    foreach (var callers in new[] { 1, 8, 64, 256 })
    {
        await Pairs.RunAsync(endpoint, callers, TimeSpan.FromSeconds(seconds));
    }
}
