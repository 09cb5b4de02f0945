using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Coordination.Embedded.Tests.Etcdctl;

/// <summary>Runs of <c>etcdctl</c> against one server.</summary>
internal sealed partial class EtcdctlRun(Uri endpoint)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _endpoint = endpoint.GetLeftPart(UriPartial.Authority);

    /// <summary>The id of the lease that was granted last; it takes the place of <c>{lease}</c> in arguments.</summary>
    public string Lease { get; private set; } = "";

    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">The arguments, with blanks between; quotes keep blanks, <c>\0</c> stands for nothing special.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <returns>All it said and its exit code, without ids, addresses and times.</returns>
    public async Task<string> RunAsync(string arguments, string input = "")
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        if (GrantedLease().Match(texts[0]) is { Success: true } granted)
        {
            Lease = granted.Groups[1].Value;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Plain(texts[0])}{Plain(texts[1])}exit {process.ExitCode}");
    }

    /// <summary>Starts a command that goes on until it is stopped.</summary>
    public EtcdctlProcess Open(string arguments) => new(Start(arguments), Plain);

    private static IEnumerable<string> Split(string arguments) => Argument().Matches(arguments).Select(static match => match.Value.Replace("'", "", StringComparison.Ordinal));

    private Process Start(string arguments)
    {
        var start = new ProcessStartInfo("etcdctl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ETCDCTL_API"] = "3" },
            ArgumentList = { "--endpoints", _endpoint },
        };
        foreach (var argument in Split(arguments))
        {
            start.ArgumentList.Add(argument.Replace("{lease}", Lease, StringComparison.Ordinal));
        }

        return Process.Start(start)!;
    }

    private string Plain(string text)
    {
        var plain = text.Replace(_endpoint, "<endpoint>", StringComparison.Ordinal).Replace(endpoint.Authority, "<endpoint>", StringComparison.Ordinal);
        plain = Lease.Length > 0 ? plain.Replace(Lease, "<lease>", StringComparison.Ordinal) : plain;
        return Times().Replace(Ids().Replace(GrpcLog().Replace(plain, ""), "$1<id>"), "<time>");
    }

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Argument();

    [GeneratedRegex("^lease ([0-9a-f]+) granted")]
    private static partial Regex GrantedLease();

    // Numbers of clusters, members and terms in JSON, of clusters and members in fields; of leases and members elsewhere.
    [GeneratedRegex("""("(?:cluster_id|member_id|raft_term)":|"(?:ClusterID|MemberID)" : )[0-9]+|\b()[0-9a-f]{14,16}\b""")]
    private static partial Regex Ids();

    [GeneratedRegex(@"[0-9.]+(ms|µs)|remaining\([0-9]+s\)")]
    private static partial Regex Times();

    // The client's own log line before an error.
    [GeneratedRegex("(?m)^\\{\"level\".*\\n")]
    private static partial Regex GrpcLog();
}
