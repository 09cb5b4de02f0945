using Coordination.Embedded.Tests.Differential;

namespace Coordination.Embedded.Bench;

/// <summary>
/// The differential test for as long as you like: random scripts on the embedded server and on a real etcd. Every difference is shrunk and printed.
/// </summary>
internal static class Differences
{
    private const int ScriptsPerPair = 100;

    /// <summary>Runs scripts for a time.</summary>
    /// <returns>How many of them had a difference.</returns>
    public static async Task<int> FindAsync(TimeSpan duration, int seed)
    {
        var start = TimeProvider.System.GetTimestamp();
        var (scripts, requests, differences) = (0, 0, 0);
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            await using var pair = await ServerPair.StartAsync();
            var found = false;
            for (var i = 0; i < ScriptsPerPair && !found && TimeProvider.System.GetElapsedTime(start) < duration; i++, seed++, scripts++)
            {
                var script = new ScriptGenerator(seed).Next(20 + (seed % 7 * 40));
                requests += script.Count;
                if (await ScriptRun.RunAsync(pair.Embedded, pair.Real, script) is { } difference)
                {
                    (found, differences) = (true, differences + 1);
                    Console.WriteLine(await DifferenceReport.OfAsync(seed, script, difference));
                }
            }

            var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine($"  {seconds:0} s: {scripts} scripts, {requests} requests, {differences} differences");
        }

        return differences;
    }
}
