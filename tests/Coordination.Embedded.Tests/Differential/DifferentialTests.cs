using System.Globalization;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>
/// The embedded server against a real etcd: random scripts must have the same replies, refusals, revisions, event histories and hashes on both.
/// Left out on purpose are what no client can rely on and what etcd has as a bug: the ids of the cluster, the remaining seconds of a lease, which
/// events still come after a cancel, how events are grouped into responses, deletes at the compacted revision (lost by etcd before 3.4.36), hashes of compacted revisions (kept since 3.5), and
/// transactions that crash etcd 3.4 (see <see cref="Requests.TxnOverlapsTests"/>).
/// More or other scripts: <c>COORDINATION_DIFF_SCRIPTS</c> (how many) and <c>COORDINATION_DIFF_SEED</c> (the first seed).
/// </summary>
public sealed class DifferentialTests
{
    private const int RequestsPerScript = 60;

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
                Assert.Fail(await DifferenceReport.OfAsync(seed, script, difference));
            }
        }
    }

    [Fact]
    public async Task The_largest_requests_are_the_same_to_the_byte()
    {
        await using var pair = await ServerPair.StartAsync();
        foreach (var length in Enumerable.Range(0, 14).Select(static i => (1536 * 1024) - 50 + (4 * i)))
        {
            var value = ByteString.CopyFrom(new byte[length]);
            var put = new PutRequest { Key = ByteString.CopyFromUtf8("a"), Value = value };
            foreach (var request in new IMessage[] { put, new TxnRequest { Success = { new RequestOp { RequestPut = put } } } })
            {
                var replies = await Task.WhenAll(pair.Embedded.AskAsync(request), pair.Real.AskAsync(request));
                Assert.True(replies[0] == replies[1], $"{request.Descriptor.Name} with {length} bytes: embedded {replies[0]}, real {replies[1]}");
            }
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
