namespace Coordination.Demo.Tests.Kv;

/// <summary>What etcdctl prints, byte for byte, on etcds with the same history.</summary>
public sealed class EtcdctlOutputTests(Twins twins) : IClassFixture<Twins>
{
    [Fact]
    public async Task Keys_and_values()
    {
        await SameAsync("put", "foo", "bar");
        await SameAsync("put", "foo", "bar2", "--prev-kv");
        await SameAsync("put", "foo", "--ignore-value");
        await SameAsync("put", "new", "x", "--prev-kv");
        await SameAsync("put", "neg", "--", "-5");
        await SameAsync("put", "ключ ☃", "значение\nin two lines");
        await SameAsync("put", "empty", "");
        await SameAsync("get", "foo");
        await SameAsync("get", "nope");
        await SameAsync("get", "foo", "-w", "json");
        await SameAsync("get", "nope", "-w", "json");
        await SameAsync("get", "", "--prefix");
        await SameAsync("get", "", "--from-key", "--keys-only");
        await SameAsync("get", "e", "n", "-w", "json");
        await SameAsync("get", "", "--prefix", "--limit", "2", "-w", "json");
        await SameAsync("get", "", "--prefix", "--sort-by=VERSION", "--order=DESCEND");
        await SameAsync("get", "", "--prefix", "--sort-by=MODIFY", "--order=ASCEND", "--print-value-only");
        await SameAsync("get", "foo", "--rev=2");
        await SameAsync("get", "foo", "--consistency=s");
        await SameAsync("del", "foo", "--prev-kv");
        await SameAsync("del", "foo");
        await SameAsync("put", "foo", "bar", "-w", "json", "--prev-kv");
        await SameAsync("put", "foo", "bar3", "-w", "json", "--prev-kv");
        await SameAsync("del", "--prefix", "f", "-w", "json", "--prev-kv");
        await SameAsync("del", "", "--from-key");
    }

    [Fact]
    public async Task A_value_that_is_piped_in_is_taken_byte_by_byte()
    {
        await SameWithAsync("two\nlines\n", "put", "piped");
        await SameAsync("get", "piped", "-w", "json");
    }

    [Theory]
    [InlineData("mod(\"k\") > \"0\"\n\nput k 1\n\nput k 2\nput l \"some words\"\n\n")]
    [InlineData("mod(\"k\") > \"0\"\nver(\"k\") = \"1\"\nval(\"k\") = \"2\"\ncreate(\"l\") != \"0\"\n\nput k x --prev-kv\nget l\ndel none\nget k --prefix\n\n\n")]
    [InlineData("\nget nothing\ndel k --prev-kv\n\n\n")]
    [InlineData("c(\"m\") = \"0\"\n\nput m 'q r'\n\n\n")]
    [InlineData("\n\n\n")]
    public async Task Transactions(string typed)
    {
        await SameWithAsync("create(\"k\") = \"0\"\n\nput k 2\nput l l\n\n\n", "txn");
        await SameWithAsync(typed, "txn");
        await SameWithAsync(typed, "txn", "-w", "json");
        await SameWithAsync(typed, "txn", "-i");
        await SameAsync("del", "", "--prefix");
    }

    [Fact]
    public async Task Leases()
    {
        var theirs = Words(await Etcdctl.QueryAsync(twins.Theirs.Endpoint, "lease", "grant", "100"))[1];
        var (_, granted, _) = await ToolRun.RunAsync(twins.Ours.Endpoint, "lease", "grant", "100");
        var ours = Words(granted)[1];
        foreach (var words in (string[][])
        [
            ["put", "k1", "v", "--lease=LEASE"], ["put", "k2", "v", "--lease=LEASE"], ["get", "k1", "-w", "json"], ["put", "k2", "w", "--ignore-lease"],
            ["lease", "timetolive", "LEASE"], ["lease", "timetolive", "LEASE", "--keys"], ["lease", "timetolive", "LEASE", "--keys", "-w", "json"], ["lease", "list"],
            ["lease", "keep-alive", "--once", "LEASE"], ["lease", "keep-alive", "--once", "LEASE", "-w", "json"], ["lease", "revoke", "LEASE"],
            ["lease", "timetolive", "LEASE"], ["lease", "timetolive", "LEASE", "-w", "json"], ["get", "k1"],
        ])
        {
            var they = await Etcdctl.QueryAsync(twins.Theirs.Endpoint, [.. words.Select(word => word.Replace("LEASE", theirs, StringComparison.Ordinal))]);
            var we = await OursAsync("", [.. words.Select(word => word.Replace("LEASE", ours, StringComparison.Ordinal))]);
            Assert.Equal((string.Join(' ', words), twins.Same(they)), (string.Join(' ', words), twins.Same(we)));
        }

        await SameAsync("lease", "grant", "10", "-w", "json");
    }

    [Fact]
    public async Task Endpoints_and_compaction()
    {
        await SameAsync("put", "a", "1");
        await SameAsync("put", "a", "2");
        await SameAsync("endpoint", "status");
        await SameAsync("endpoint", "status", "-w", "json");
        await SameAsync("endpoint", "health", "-w", "json");
        await SameAsync("compact", (await twins.RevisionAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string[] Words(string line) => line.Split(' ');

    private Task SameAsync(params string[] words) => SameWithAsync("", words);

    private async Task SameWithAsync(string input, params string[] words)
    {
        var they = await Etcdctl.RunAsync(twins.Theirs.Endpoint, input, words);
        Assert.Equal((string.Join(' ', words), twins.Same(they)), (string.Join(' ', words), twins.Same(await OursAsync(input, words))));
    }

    /// <summary>The same words; keys and values are under <c>kv</c> here.</summary>
    private async Task<string> OursAsync(string input, params string[] words)
    {
        string[] ours = words[0] is "put" or "get" or "del" or "txn" ? ["kv", .. words] : words;
        var (exitCode, output, errors) = await ToolRun.RunAsync(ToolRun.Environment(twins.Ours.Endpoint), input, ours);
        Assert.True(exitCode == 0 || output.EndsWith("already expired\n", StringComparison.Ordinal) || output.Contains("\"ttl\":-1", StringComparison.Ordinal), $"{string.Join(' ', ours)}: {exitCode} {errors}");
        return output;
    }
}
