using System.Globalization;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>Makes a script with a difference as short as it goes, and prints it.</summary>
internal static class DifferenceReport
{
    private const int MaxShrinkingRuns = 150;

    public static async Task<string> OfAsync(int seed, List<IMessage> script, string difference)
    {
        // Every attempt gets fresh servers: what differed before must not count again.
        var last = difference;
        var shrunk = await Shrinker.ShrinkAsync(
            script,
            async candidate =>
            {
                await using var pair = await ServerPair.StartAsync();
                var outcome = await ScriptRun.RunAsync(pair.Embedded, pair.Real, candidate);
                last = outcome ?? last;
                return outcome is not null;
            },
            MaxShrinkingRuns);
        var lines = shrunk.Select((request, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1,3}. {request.Descriptor.Name} {request}"));
        return $"Seed {seed}, shrunk from {script.Count} to {shrunk.Count} requests:\n{string.Join('\n', lines)}\nThe difference:\n{last}\n(First seen: {difference})";
    }
}
