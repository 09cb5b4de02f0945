using System.Net;
using System.Net.Sockets;

namespace Coordination.Demo.Tests;

/// <summary>Bad input for every command: the error names the thing, its value and what is allowed, and the exit code says whose fault it is.</summary>
public sealed class BadInputTests
{
    /// <summary>A port that is taken and not listened at: nobody answers there, and nobody else can.</summary>
    private static readonly Socket Taken = Bound();

    private static readonly Uri Nowhere = new($"http://127.0.0.1:{((IPEndPoint)Taken.LocalEndPoint!).Port}");

    [Theory]
    [InlineData("the key is empty; at least one byte is required", "kv", "put", "", "x")]
    [InlineData("with --ignore-value there is no value; 'x' is one too many", "kv", "put", "k", "x", "--ignore-value")]
    [InlineData("--lease and --ignore-lease cannot be set at the same time", "kv", "put", "k", "x", "--lease", "1", "--ignore-lease")]
    [InlineData("--lease: 'zz' is no lease id; allowed are up to 16 hexadecimal digits", "kv", "put", "k", "x", "--lease", "zz")]
    [InlineData("Required argument 'key' missing", "kv", "get")]
    [InlineData("--prefix and --from-key cannot be set at the same time, choose one", "kv", "get", "k", "--prefix", "--from-key")]
    [InlineData("with --prefix there is no range_end; 'l' is one too many", "kv", "get", "k", "l", "--prefix")]
    [InlineData("the range ['l', 'k') is empty: its end must come after its first key", "kv", "get", "l", "k")]
    [InlineData("the key is empty; for all keys write '' --prefix", "kv", "get", "")]
    [InlineData("--limit: '-1' is not allowed; a whole number from 0 on is", "kv", "get", "k", "--limit", "-1")]
    [InlineData("--rev: 'soon' is not allowed; a whole number from 0 on is", "kv", "get", "k", "--rev", "soon")]
    [InlineData("'bad' not recognized", "kv", "get", "k", "--order", "bad")]
    [InlineData("'SIZE' not recognized", "kv", "get", "k", "--sort-by", "SIZE")]
    [InlineData("--json and --write-out simple cannot be set at the same time", "kv", "get", "k", "--json", "-w", "simple")]
    [InlineData("'table' not recognized", "kv", "get", "k", "-w", "table")]
    [InlineData("the key is empty; for all keys write '' --prefix", "kv", "del", "")]
    [InlineData("ttl: 'x' is no duration", "lease", "grant", "x")]
    [InlineData("ttl: 0s is out of range; allowed is 1s", "lease", "grant", "0")]
    [InlineData("ttl: 1500ms is no whole number of seconds", "lease", "grant", "1500ms")]
    [InlineData("id: 'zz' is no lease id", "lease", "revoke", "zz")]
    [InlineData("id: '-1' is no lease id", "lease", "keep-alive", "--", "-1")]
    [InlineData("id: '12345678901234567' is no lease id", "lease", "ttl", "12345678901234567")]
    [InlineData("revision: '0' is not allowed; a whole number from 1 on is", "compact", "0")]
    [InlineData("the key is missing; or use -i", "watch")]
    [InlineData("with -i the keys come from the standard input", "watch", "-i", "k")]
    [InlineData("--rev: 'x' is not allowed", "watch", "k", "--rev", "x")]
    [InlineData("the range ['b', 'a') is empty", "watch", "b", "a")]
    [InlineData("there is no command after --; write for example: lock k -- ./job.sh", "lock", "k")]
    [InlineData("--try and --wait cannot be set at the same time", "lock", "k", "--try", "--wait", "1s", "--", "true")]
    [InlineData("the key has 0 bytes; allowed are 1 to 1024", "lock", "", "--", "true")]
    [InlineData("--ttl: 1s is out of range; allowed is 2s to 1h", "lock", "k", "--ttl", "1s", "--", "true")]
    [InlineData("--at-least: '1' is no duration", "lock", "k", "--at-least", "1", "--", "true")]
    [InlineData("--at-least: 25h is out of range; allowed is 0ms to 24h", "lock", "k", "--at-least", "25h", "--", "true")]
    [InlineData("--wait: -1s is out of range", "lock", "k", "--wait", "-1s", "--", "true")]
    [InlineData("--conflict-exit-code: '256' is out of range; allowed is 0 to 255", "lock", "k", "--conflict-exit-code", "256", "--", "true")]
    [InlineData("--etcd: The endpoint 'ftp://h:1' is not allowed", "--etcd", "ftp://h:1", "kv", "get", "k")]
    [InlineData("--dial-timeout: 1ms is out of range; allowed is 10ms to 1m", "kv", "get", "k", "--dial-timeout", "1ms")]
    [InlineData("--command-timeout: 'x' is no duration", "kv", "get", "k", "--command-timeout", "x")]
    [InlineData("--password: there is no --user that it belongs to", "kv", "get", "k", "--password", "secret-of-mine")]
    [InlineData("the password of 'root' is missing", "kv", "get", "k", "--user", "root")]
    [InlineData("/no/such/file", "kv", "get", "k", "--cacert", "/no/such/file")]
    [InlineData("a key needs its certificate", "kv", "get", "k", "--key", "/no/such/file")]
    [InlineData("The name of an election has 0 bytes; allowed are 1 to 1024", "elect", "", "me", "--", "true")]
    [InlineData("'--lese=12' is no option of 'coordination kv put'", "kv", "put", "k", "--lese=12")]
    [InlineData("'--prefx' is no option of 'coordination kv del'", "kv", "del", "+", "--prefx")]
    [InlineData("'--observ' is no option of 'coordination elect'", "elect", "/a", "--observ", "--", "true")]
    [InlineData("Try 'coordination lease grant --help'", "lease", "grant")]
    [InlineData("Required command was not provided", "completion")]
    [InlineData("tcsh", "completion", "tcsh")]
    public async Task It_is_named_with_what_is_allowed(string message, params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolRun.RunAsync(Nowhere, arguments);

        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.DoesNotContain("secret-of-mine", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter '", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad", "The condition 'bad' cannot be read; allowed is for example mod(\"key\") > \"0\"")]
    [InlineData("mod(\"a\") > \"x\"", "'x' is no whole number")]
    [InlineData("mod(\"a\") ~ \"1\"", "cannot be read")]
    [InlineData("mod(\"\") > \"1\"", "has an empty key")]
    [InlineData("size(\"a\") > \"1\"", "cannot be read")]
    [InlineData("mod(\"a\") > \"1", "is not closed")]
    [InlineData("mod(\"a\") > \"1\" \"2\"", "cannot be read")]
    [InlineData("\nput a", "put a: the value is missing")]
    [InlineData("\nfoo a", "The request 'foo a' is not allowed; put, get and del are")]
    [InlineData("\nget a --no-such", "The request 'get a --no-such' cannot be read")]
    [InlineData("\nput a 'b", "A ' is not closed")]
    public async Task A_transaction_that_cannot_be_read_is_named_before_etcd_is_asked(string typed, string message)
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync(ToolRun.Environment(Nowhere), typed + "\n\n", "kv", "txn");

        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }

    [Theory]
    [InlineData("kv", "put", "k", "v")]
    [InlineData("kv", "get", "k")]
    [InlineData("kv", "del", "k")]
    [InlineData("kv", "txn")]
    [InlineData("lease", "grant", "10")]
    [InlineData("lease", "revoke", "1")]
    [InlineData("lease", "keep-alive", "1")]
    [InlineData("lease", "ttl", "1")]
    [InlineData("lease", "list")]
    [InlineData("watch", "k")]
    [InlineData("watch", "k", "--rev", "5")]
    [InlineData("compact", "2")]
    [InlineData("endpoint", "status")]
    [InlineData("endpoint", "health")]
    public async Task An_etcd_that_is_not_there_is_exit_code_3_and_named(params string[] arguments)
    {
        // A transaction is read from the standard input.
        var (exitCode, output, errors) = await ToolRun.RunAsync(ToolRun.Environment(Nowhere), "\n\n\n", [.. arguments, "--command-timeout", "2s"]);

        Assert.Equal(3, exitCode);
        Assert.Contains(Nowhere.Authority, errors + output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_variables_are_etcdctls_too_and_a_bad_one_is_named()
    {
        var environment = new Dictionary<string, string> { ["ETCDCTL_ENDPOINTS"] = Nowhere.Authority, ["ETCDCTL_COMMAND_TIMEOUT"] = "soon" };

        var bad = await ToolRun.RunAsync(environment, "", "kv", "get", "k");
        environment["ETCDCTL_COMMAND_TIMEOUT"] = "1s";
        var away = await ToolRun.RunAsync(environment, "", "kv", "get", "k");
        var withTls = await ToolRun.RunAsync(environment, "", "kv", "get", "k", "--insecure-skip-tls-verify");

        Assert.Equal(2, bad.ExitCode);
        Assert.Contains("COMMAND_TIMEOUT in the environment: 'soon' is no duration", bad.Errors, StringComparison.Ordinal);
        Assert.Contains($"http://{Nowhere.Authority}", away.Errors, StringComparison.Ordinal);
        Assert.Contains($"https://{Nowhere.Authority}", withTls.Errors, StringComparison.Ordinal);
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
