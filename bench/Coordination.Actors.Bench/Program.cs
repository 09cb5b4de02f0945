using Coordination.Actors.Bench;

// dotnet run -c Release --project bench/Coordination.Actors.Bench [-- name-part]
var only = args.FirstOrDefault() ?? "";
foreach (var bench in Benches.All.Where(b => b.Name.Contains(only, StringComparison.OrdinalIgnoreCase))) await bench.RunAsync();
