using Coordination.Embedded.Tests.Services;
using Etcdserverpb;

namespace Coordination.Embedded.Tests.Etcdctl;

/// <summary>Whatever <c>etcdctl</c> is asked to do, it prints the same against the embedded server and against a real etcd.</summary>
public sealed class EtcdctlTests : SideBySide
{
    private EtcdctlRun? _embedded;
    private EtcdctlRun? _real;

    private EtcdctlRun OnEmbedded => _embedded ??= new EtcdctlRun(Embedded.Endpoint);

    private EtcdctlRun OnReal => _real ??= new EtcdctlRun(Real.Endpoint);

    [Fact]
    public async Task Keys()
    {
        foreach (var command in new[]
        {
            "put foo bar", "put foo bar_new", "put foo1 bar1", "put foo2 bar2", "put foo3 bar3", "put --prev-kv foo newest", "put a '1 2'", "put b ''",
            "get foo", "get foo --print-value-only", "get foo foo3", "get --prefix foo", "get --prefix --limit=2 foo", "get --rev=3 foo", "get --rev=99 foo",
            "get --from-key b", "get foo -w=json", "get --prefix foo -w=json", "get --prefix foo --keys-only", "get --prefix foo --count-only -w=fields",
            "get --prefix foo --sort-by=MODIFY --order=DESCEND", "get --prefix foo --sort-by=VERSION --order=ASCEND", "get none", "get --consistency=s foo", "get foo --hex",
            "put --ignore-value foo", "put --ignore-value none", "put --lease=99 foo x", "del foo2", "del foo2", "del --prev-kv foo1", "del foo foo9", "del --prefix zoo",
            "put zoo1 1", "put zoo2 2", "del --prefix --prev-kv zoo", "del --from-key b", "get '' --prefix",
            "compaction 5", "get --rev=4 foo", "compaction 5", "compaction 99", "compaction 9 --physical", "defrag", "alarm list", "alarm disarm",
            "put '' x", "get", "endpoint hashkv", "member remove 1234", "member add x", "member promote 1234", "move-leader 1234",
        })
        {
            await SameAsync(command);
        }
    }

    [Fact]
    public async Task Transactions_typed_line_by_line()
    {
        await SameAsync("put user1 bad");
        await SameAsync("txn -i", "value(\"user1\") = \"bad\"\n\ndel user1\n\nput user1 good\n\n");
        await SameAsync("txn -i", "value(\"user1\") = \"bad\"\n\ndel user1\n\nput user1 good\nget user1\n\n");
        await SameAsync("txn", "mod(\"user1\") > \"0\"\nver(\"user1\") < \"5\"\n\nput a 1\nget --prefix \"\"\n\nput b 2\n\n");
        await SameAsync("txn", "\nput a 1\nput a 2\n\n\n");
        await SameAsync("txn", "\nput a x --lease=77\n\n\n");
    }

    [Fact]
    public async Task Leases()
    {
        await SameAsync("lease grant 100");
        await SameAsync("put --lease={lease} zoo1 val1");
        await SameAsync("lease timetolive {lease}");
        await SameAsync("lease timetolive --keys {lease}");
        await SameAsync("put zoo2 val2 --lease={lease}");
        await SameAsync("lease list");
        await SameAsync("lease keep-alive --once {lease}");
        await SameLinesAsync("lease keep-alive {lease}", 1);
        await SameAsync("lease revoke {lease}");
        await SameAsync("lease revoke {lease}");
        await SameAsync("lease timetolive {lease}");
        await SameAsync("lease keep-alive {lease}");
        await SameAsync("get --prefix zoo");
        await SameAsync("lease grant 10000000000");
        await SameAsync("lease grant 1");
    }

    [Fact]
    public async Task Watches()
    {
        await SameAsync("put foo 1");
        await SameAsync("put foo 2");
        await SameAsync("del foo");
        await SameLinesAsync("watch --rev=2 foo", 7);
        await SameLinesAsync("watch --rev=2 --prev-kv --prefix f", 10);
        await using var embedded = OnEmbedded.Open("watch -i");
        await using var real = OnReal.Open("watch -i");
        foreach (var process in new[] { embedded, real })
        {
            await process.SayAsync("watch foo --rev=2");
            await process.LinesAsync(7);
            await process.SayAsync("progress");
            await process.LinesAsync(1);
            await process.SayAsync("watch zoo zoo9 --rev=4");
        }

        await SameAsync("put zoo 1");
        Assert.Equal(await real.LinesAsync(3), await embedded.LinesAsync(3));
        await SameAsync("put foo 3");
        Assert.Equal(await real.LinesAsync(3), await embedded.LinesAsync(3));
        await SameAsync("compaction 5");
        await SameAsync("watch --rev=2 foo");
        await SameLinesAsync("watch --rev=5 --prefix '' -- echo changed", 4);
    }

    [Fact]
    public async Task Locks_and_elections()
    {
        await SameAsync("lock job echo held");
        await SameAsync("lock job -- false");
        foreach (var (run, side) in new[] { (OnEmbedded, Embedded), (OnReal, Real) })
        {
            await using var holder = run.Open("lock job");
            var key = Assert.Single(await holder.LinesAsync(1));
            Assert.StartsWith("job/", key, StringComparison.Ordinal);
            await using var waiter = run.Open("lock job");
            await holder.InterruptAsync();
            Assert.StartsWith("job/", Assert.Single(await waiter.LinesAsync(1)), StringComparison.Ordinal);
            await waiter.InterruptAsync();

            await using var leader = run.Open("elect vote one");
            Assert.Equal("one", (await leader.LinesAsync(2))[1]);
            await using var observer = run.Open("elect -l vote");
            Assert.Equal("one", (await observer.LinesAsync(2))[1]);
            await using var next = run.Open("elect vote two");
            await leader.InterruptAsync();
            Assert.Equal("two", (await next.LinesAsync(2))[1]);
            Assert.Equal("two", (await observer.LinesAsync(2))[1]);
            await next.InterruptAsync();
            var left = await side.SendAsync<RangeResponse>(new RangeRequest { Key = B("\0"), RangeEnd = B("\0") });
            Assert.Empty(left.Kvs);
        }
    }

    [Fact]
    public async Task Users_roles_and_passwords()
    {
        const string As = "--user ann:secret";
        const string Root = "--user root:pass";
        foreach (var command in new[]
        {
            "user add root:pass", "user add ann:secret", "user add ann:secret", "role add writer", "user grant-role ann writer", "user grant-role ann nothing",
            "role grant-permission writer readwrite app/ --prefix=true", "role grant-permission writer read foo", "role grant-permission writer write x z",
            "role get writer", "user get ann --detail", "user list", "role list", "auth enable", "user grant-role root root", "auth enable", "put app/1 x",
            $"{As} put app/1 x", $"{As} get --prefix app/", $"{As} get foo", $"{As} put foo 1", $"{As} get --prefix ''", $"{As} del app/ app0", $"{As} user list",
            $"{As} user get ann", "--user ann:wrong get foo", "--user bob:x get foo", $"{Root} user passwd ann --interactive=false", $"{Root} role revoke-permission writer foo",
            $"{Root} role revoke-permission writer foo", "--user ann:other get app/1", $"{As} get app/1", $"{Root} user revoke-role ann writer", $"{Root} user delete ann",
            $"{Root} role delete writer", $"{Root} user delete root", $"{Root} auth disable", "auth disable", "get app/1",
        })
        {
            await SameAsync(command, command.Contains("passwd", StringComparison.Ordinal) ? "other\n" : "");
        }
    }

    [Fact]
    public async Task Health_and_status()
    {
        await SameAsync("endpoint health");
        var (embedded, real) = (await TableAsync(OnEmbedded), await TableAsync(OnReal));
        Assert.Equal(Columns(real), Columns(embedded));
        Assert.Matches(@"\| <endpoint> \| *<id> \| *3\.5\.30 \| *20 kB \| *true \| *false \| *2 \| *\d+ \| *\d+ \| *\|", embedded);
        Assert.Matches(@"^<id>, started, default, http://[^,]+, <endpoint>, false\nexit 0$", await OnReal.RunAsync("member list"));
        Assert.Matches(@"^<id>, started, default, , <endpoint>, false\nexit 0$", await OnEmbedded.RunAsync("member list"));
    }

    // The latest etcdctl draws its lines in another way.
    private static async Task<string> TableAsync(EtcdctlRun run) => (await run.RunAsync("endpoint status -w table")).Replace('│', '|');

    private static string[] Columns(string table) => table.Split('\n')[1].Split('|', StringSplitOptions.TrimEntries);

    private async Task SameAsync(string arguments, string input = "")
    {
        var said = await Task.WhenAll(OnEmbedded.RunAsync(arguments, input), OnReal.RunAsync(arguments, input));
        Assert.True(said[0] == said[1], $"etcdctl {arguments}\n--- embedded:\n{said[0]}\n--- real:\n{said[1]}");
    }

    private async Task SameLinesAsync(string arguments, int count)
    {
        await using var embedded = OnEmbedded.Open(arguments);
        await using var real = OnReal.Open(arguments);
        Assert.Equal(await real.LinesAsync(count), await embedded.LinesAsync(count));
    }
}
