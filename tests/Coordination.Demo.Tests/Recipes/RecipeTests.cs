using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Coordination.Demo.Cli;
using Coordination.Demo.Kv.Txn;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>docs/etcd-recipes.md is true: both columns of commands print the same, and the C# is that of <see cref="RecipeCode"/>, which runs.</summary>
public sealed partial class RecipeTests(Twins twins) : IClassFixture<Twins>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Dictionary<bool, string> _leases = [];

    [Fact]
    public async Task Every_command_prints_what_etcdctl_prints()
    {
        Assert.True(RecipePage.Rows.Count > 40, "the page has lost its rows");
        foreach (var row in RecipePage.Rows)
        {
            var (theirs, ours) = row.Then.Count > 0 ? await WatchAsync(row) : (await RunAsync(row.Theirs, isOurs: false), await RunAsync(row.Ours, isOurs: true));

            Assert.Equal((row.What, twins.Same(theirs)), (row.What, twins.Same(ours)));
            Assert.Equal(row.Theirs.Count, row.Ours.Count);
            await twins.RevisionAsync();
        }
    }

    [Fact]
    public void Every_line_of_code_is_compiled_and_run()
    {
        var run = Snippets().Select(Bare).ToHashSet();
        var shown = RecipePage.Code.Select(Bare).ToHashSet();

        Assert.Equal([], shown.Except(run));
        Assert.Equal([], run.Except(shown));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_line_of_the_pages_can_be_read(string line)
    {
        using var terminal = new Terminal(Stream.Null, Stream.Null, TextWriter.Null) { Variable = _ => "http://127.0.0.1:2379" };
        using var trailing = new TrailingCommand();
        var root = Tool.Root(terminal, trailing);
        var words = TxnWords.Split(line)[1..];
        var result = root.Parse(trailing.TakeFrom(root, words));

        Assert.Equal([], result.Errors.Select(error => error.Message));
    }

    public static TheoryData<string> Commands() =>
    [
        .. RecipePage.Programs
            .Concat(DocsPages.All().SelectMany(File.ReadLines).Select(line => ShownCommand().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value))
            .Select(line => Rest().Replace(line, "").Replace("$LEASE", "1", StringComparison.Ordinal).Trim())
            .Distinct(),
    ];

    private static string Bare(string code) => Spaces().Replace(code, " ").Trim();

    /// <summary>What is between the markers in the source.</summary>
    private static IEnumerable<string> Snippets([CallerFilePath] string here = "") =>
        new[] { "RecipeCode.cs", "RecipeSystems.cs" }.SelectMany(file => Marked().Matches(File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, file)))).Select(match => match.Groups[1].Value);

    private async Task<string> RunAsync(IEnumerable<string> commands, bool isOurs)
    {
        var printed = "";
        foreach (var command in commands)
        {
            var (input, words) = Words(command, isOurs);
            printed += isOurs ? await OursAsync(input, words) : await TheirsAsync(input, words);
            if (words is ["lease", "grant", ..])
            {
                _leases[isOurs] = printed.Split(' ')[1];
            }
        }

        return printed;
    }

    private async Task<string> TheirsAsync(string input, string[] words)
    {
        try
        {
            return await Etcdctl.RunAsync(twins.Theirs.Endpoint, input, words);
        }
        catch (InvalidOperationException)
        {
            return "refused\n";
        }
    }

    private async Task<string> OursAsync(string input, string[] words)
    {
        var (exitCode, output, _) = await ToolRun.RunAsync(ToolRun.Environment(twins.Ours.Endpoint), input, words);
        return exitCode == 0 ? output : exitCode == 1 ? "refused\n" : $"exit code {exitCode}";
    }

    /// <summary>The same revision to begin with for both, so that neither misses what is done elsewhere before it watches.</summary>
    private async Task<(string Theirs, string Ours)> WatchAsync(Recipe row)
    {
        var revision = await twins.RevisionAsync() + 1;
        var (input, theirWords) = Words(From(row.Theirs.Single(), revision), isOurs: false);
        var (_, ourWords) = Words(From(row.Ours.Single(), revision), isOurs: true);
        using var ours = ToolRun.Start(twins.Ours.Endpoint, input, ourWords);
        using var theirs = Process.Start(new ProcessStartInfo("etcdctl", [$"--endpoints={twins.Theirs.Endpoint.Authority}", .. theirWords])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        })!;
        await theirs.StandardInput.WriteAsync(input);
        await theirs.StandardInput.FlushAsync();
        foreach (var then in row.Then)
        {
            await Etcdctl.QueryAsync(twins.Theirs.Endpoint, then.Split(' '));
            await Etcdctl.QueryAsync(twins.Ours.Endpoint, then.Split(' '));
        }

        // From an old revision on there is more to tell than what was done now.
        await using var etcd = twins.Ours.CreateClient();
        var events = row.Theirs.Single().Contains("--rev=", StringComparison.Ordinal) ? (int)(await etcd.GetAsync("foo")).First!.Version : row.Then.Count;
        await ours.PrintedAsync(row.Then[0].StartsWith("del", StringComparison.Ordinal) ? "DELETE" : "PUT", events);
        var printed = "";
        for (var lines = ours.Output.Count(character => character == '\n'); lines > 0; lines--)
        {
            printed += await theirs.StandardOutput.ReadLineAsync().WaitAsync(Limit) + "\n";
        }

        theirs.Kill();
        await ours.InterruptAsync();
        var (exitCode, output, _) = await ours.EndAsync();
        Assert.Equal(0, exitCode);
        return (Sorted(printed), Sorted(output));
    }

    // Two watches of one stream have no order between them.
    private static string Sorted(string printed) => string.Join('\n', EventStart().Split(printed).Order(StringComparer.Ordinal));

    private static string From(string command, long revision) =>
        command.Contains("--rev=", StringComparison.Ordinal) ? command
        : command.Contains("watch -i", StringComparison.Ordinal) ? command.Replace("\\n", string.Create(CultureInfo.InvariantCulture, $" --rev={revision}\\n"), StringComparison.Ordinal)
        : string.Create(CultureInfo.InvariantCulture, $"{command} --rev={revision}");

    /// <summary>A command line without the program, and what is piped into it.</summary>
    private (string Input, string[] Words) Words(string command, bool isOurs)
    {
        var input = "";
        if (command.StartsWith("printf ", StringComparison.Ordinal))
        {
            var (text, length) = TxnWords.Quoted(command[7..]);
            input = text.Replace("\\n", "\n", StringComparison.Ordinal);
            command = command[(7 + length)..].TrimStart(' ', '|');
        }

        var words = TxnWords.Split(command.Replace("$LEASE", _leases.GetValueOrDefault(isOurs), StringComparison.Ordinal));
        Assert.Equal(isOurs ? "coordination" : "etcdctl", words[0]);
        return (input, words[1..]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("// recipe\n(.*?)// end", RegexOptions.Singleline)]
    private static partial Regex Marked();

    [GeneratedRegex("(?m)^(?=PUT$|DELETE$)")]
    private static partial Regex EventStart();

    /// <summary>A line of a block that begins with the tool's name, also after a pipe.</summary>
    [GeneratedRegex(@"^\s*(?:\$ )?(?:printf .* \| )?(coordination [a-z-].*)$")]
    private static partial Regex ShownCommand();

    /// <summary>What belongs to the shell: comments in parentheses or after a hash, redirections, pipes.</summary>
    [GeneratedRegex(@"( {2,}[#(].*| [|<>&].*)$")]
    private static partial Regex Rest();
}
