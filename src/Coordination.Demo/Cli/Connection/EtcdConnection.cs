using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Coordination.Etcd;

namespace Coordination.Demo.Cli.Connection;

/// <summary>
/// The options that say how to reach etcd: the same for all commands, before or after the command's name, named like etcdctl's, and each also as an
/// environment variable, <c>COORDINATION_ETCD_…</c> or etcdctl's <c>ETCDCTL_…</c>.
/// </summary>
internal sealed class EtcdConnection(Terminal terminal)
{
    private static readonly string[] Prefixes = ["COORDINATION_ETCD_", "ETCDCTL_"];
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromMilliseconds(10);

    private readonly Option<string?> _endpoints = new("--etcd", "--endpoints")
    {
        Description = "The etcd to use: http://host:port, several with commas between. Also COORDINATION_ETCD_ENDPOINTS.",
        HelpName = "URL[,URL…]",
        Recursive = true,
    };

    private readonly Option<Duration?> _dialTimeout = Limit("--dial-timeout", "How long a connection may take to be made. Default 2s.", 60);
    private readonly Option<Duration?> _commandTimeout = Limit("--command-timeout", "How long one request to etcd may take in all. Default 5s.", 600);

    /// <summary>Where the tool reads and writes.</summary>
    public Terminal Terminal => terminal;

    public void AddTo(RootCommand root)
    {
        _endpoints.Validators.Add(Check);
        foreach (var option in (Option[])[_endpoints, _dialTimeout, _commandTimeout])
        {
            root.Options.Add(option);
        }
    }

    /// <summary>Refuses a command line that does not say which etcd, for commands where processes meet so that one in memory is of no use.</summary>
    public void RequireFor(Command command) => command.Validators.Add(result =>
    {
        if (result.GetValue(_endpoints) is null && Variable("ENDPOINTS") is null)
        {
            result.AddError(
                "--etcd is needed: the processes of this command find each other in an etcd. For one to try, 'coordination etcd serve --port 2379' in another terminal, "
                + "then --etcd http://127.0.0.1:2379.");
        }
    });

    /// <summary>Whether the command line itself names an etcd: for a demonstration, that an environment does is no consent.</summary>
    public bool IsOnCommandLine(ParseResult result) => result.GetValue(_endpoints) is not null;

    /// <summary>How to reach etcd; without an endpoint the one on this machine.</summary>
    /// <exception cref="UsageException">An environment variable cannot be used.</exception>
    public EtcdSettings Read(ParseResult result) => new(ParseEndpoints(result.GetValue(_endpoints) ?? Variable("ENDPOINTS") ?? "http://127.0.0.1:2379"))
    {
        DialTimeout = Time(result, _dialTimeout, "DIAL_TIMEOUT", 2, 60),
        CommandTimeout = Time(result, _commandTimeout, "COMMAND_TIMEOUT", 5, 600),
    };

    private static Option<Duration?> Limit(string name, string description, double maxSeconds)
    {
        var parse = Duration.Between(ShortestLimit, TimeSpan.FromSeconds(maxSeconds));
        return new Option<Duration?>(name) { Description = description, HelpName = "duration", Recursive = true, CustomParser = result => parse(result) };
    }

    private static void Check(OptionResult result)
    {
        try
        {
            ParseEndpoints(result.GetValueOrDefault<string?>() ?? "");
        }
        catch (UsageException error)
        {
            result.AddError($"--etcd: {error.Message}");
        }
    }

    /// <summary>As etcdctl writes them, too: without a scheme it is http.</summary>
    private static ImmutableArray<Uri> ParseEndpoints(string text)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return EndpointText.ParseList(string.Join(',', parts.Select(part => part.Contains("://", StringComparison.Ordinal) ? part : $"http://{part}")));
        }
        catch (FormatException error)
        {
            throw new UsageException(error.Message);
        }
    }

    private TimeSpan Time(ParseResult result, Option<Duration?> option, string variable, double seconds, double maxSeconds) =>
        result.GetValue(option)?.Value
        ?? (Variable(variable) is not { } text ? TimeSpan.FromSeconds(seconds)
            : Duration.TryParse(text, ShortestLimit, TimeSpan.FromSeconds(maxSeconds), out var problem) is { } time ? time
            : throw new UsageException($"{variable} in the environment: {problem}"));

    private string? Variable(string name) => Prefixes.Select(prefix => terminal.Variable(prefix + name)).FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
