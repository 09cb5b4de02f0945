using System.Globalization;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>
/// The embedded server against a real etcd: random scripts must have the same replies, refusals, revisions, event histories and hashes on both.
/// Left out on purpose are what no client can rely on and what etcd has as a bug: the ids of the cluster, the remaining seconds of a lease, which
/// events still come after a cancel, how events are grouped into responses, deletes at the compacted revision (lost by etcd before 3.4.36), and
/// transactions that crash etcd 3.4 (see <see cref="Requests.TxnOverlapsTests"/>).
/// More or other scripts: <c>COORDINATION_DIFF_SCRIPTS</c> (how many) and <c>COORDINATION_DIFF_SEED</c> (the first seed).
/// </summary>
public sealed class DifferentialTests
{
    private const int RequestsPerScript = 60;
    private const int MaxShrinkingRuns = 150;

    private static int Scripts => Setting("COORDINATION_DIFF_SCRIPTS", 60);

    private static int FirstSeed => Setting("COORDINATION_DIFF_SEED", 1);

    [Fact]
    public async Task Random_scripts_have_the_same_outcome_on_the_embedded_server_and_on_a_real_etcd()
    {
        await using var pair = await ServerPair.StartAsync();
        for (var seed = FirstSeed; seed < FirstSeed + Scripts; seed++)
        {
            var script = new ScriptGenerator(seed).Next(RequestsPerScript);
            if (await ScriptRun.RunAsync(pair.Embedded, pair.Real, script) is { } difference)
            {
                Assert.Fail(await ReportAsync(seed, script, difference));
            }
        }
    }

    private static async Task<string> ReportAsync(int seed, List<IMessage> script, string difference)
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

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
