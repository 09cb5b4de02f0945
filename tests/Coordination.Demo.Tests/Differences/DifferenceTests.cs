using System.Diagnostics;
using System.Globalization;

namespace Coordination.Demo.Tests.Differences;

/// <summary>
/// Commands as typed, to etcdctl and to the tool, on two etcds with the same history: standard output and exit code are the same, or the command stands in the
/// table of differences; and what stands there does differ, with those exit codes.
/// </summary>
public sealed class DifferenceTests(Twins twins) : IClassFixture<Twins>
{
    private string _theirLease = "";
    private string _ourLease = "";

    [Fact]
    public async Task What_differs_from_etcdctl_is_in_the_table_and_nothing_else()
    {
        List<string> problems = [];
        HashSet<string> differing = [];
        foreach (var command in TypedCommand.All)
        {
            var theirs = await TheirsAsync(command);
            var ours = await OursAsync(command);

            // What one of them refuses and the other one does would shift the revisions that later commands print.
            await twins.RevisionAsync(command.Text);
            if (theirs == ours)
            {
                continue;
            }

            differing.Add(command.Text);
            if (DifferencesPage.Rows.Where(row => row.Commands.Contains(command.Text)).ToList() is not [var row])
            {
                problems.Add($"not in one row: {command.Text}\n    etcdctl {theirs}\n    ours    {ours}");
            }
            else if (theirs.ExitCode != ours.ExitCode && (!Names(row.Theirs, theirs.ExitCode) || !Names(row.Ours, ours.ExitCode)))
            {
                problems.Add($"exit codes {theirs.ExitCode} and {ours.ExitCode} are not in the row of: {command.Text}");
            }
        }

        problems.AddRange(DifferencesPage.Rows.SelectMany(row => row.Commands).Where(command => !differing.Contains(command)).Select(command => $"does not differ: {command}"));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.True(TypedCommand.All.Count >= 144, "The list has become short.");
    }

    private static bool Names(string cell, int exitCode) => cell.Split(' ', ',', ';', ':', '.').Contains(exitCode.ToString(CultureInfo.InvariantCulture));

    private async Task<(int ExitCode, string Output)> TheirsAsync(TypedCommand command)
    {
        var start = new ProcessStartInfo("etcdctl") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["ETCDCTL_API"] = "3";
        start.Environment["ETCDCTL_ENDPOINTS"] = twins.Theirs.Endpoint.Authority;
        Array.ForEach(command.Words, word => start.ArgumentList.Add(word.Replace("GRANTED", _theirLease, StringComparison.Ordinal)));
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(command.Input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        _theirLease = GrantedIn(output) ?? _theirLease;
        return (process.ExitCode, twins.Same(output));
    }

    private async Task<(int ExitCode, string Output)> OursAsync(TypedCommand command)
    {
        string[] words = [.. command.Words.Select(word => word.Replace("GRANTED", _ourLease, StringComparison.Ordinal))];
        var (exitCode, output, _) = await ToolRun.RunAsync(
            ToolRun.Environment(twins.Ours.Endpoint), command.Input, words[0] is "put" or "get" or "del" or "txn" ? ["kv", .. words] : words);
        _ourLease = GrantedIn(output) ?? _ourLease;
        return (exitCode, twins.Same(output));
    }

    private static string? GrantedIn(string output) => output.Contains(" granted with TTL", StringComparison.Ordinal) && output.Split('\n') is [var line, ""] && !line.Contains("remaining", StringComparison.Ordinal) ? line.Split(' ')[1] : null;
}
