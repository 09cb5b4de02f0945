using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cron;

namespace Coordination.Demo.Holding;

/// <summary>The options of commands that run another one while something is held.</summary>
/// <param name="isTalkative">Whether what happens is printed although nobody asked for it.</param>
internal sealed class HoldOptions(bool isTalkative)
{
    private readonly Option<Duration> _grace = CronOptions.Span("--grace", TimeSpan.FromSeconds(10), 0, 3600, "How long the command may take to stop after SIGTERM; then SIGKILL.");
    private readonly Option<bool> _json = new("--json") { Description = "Events as lines of JSON." };
    private readonly Option<string?> _report = new("--report")
    {
        Description = "Append reports to this file instead of the standard error, which the command uses too; /dev/fd/3 is descriptor 3.",
        HelpName = "file",
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Print all events. Default: only errors." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_grace, _json, _report, .. isTalkative ? (Option[])[] : [_verbose]])
        {
            command.Options.Add(option);
        }
    }

    public TimeSpan Grace(ParseResult result) => result.GetRequiredValue(_grace).Value;

    /// <summary>Runs with a reporter that writes to where the command line says.</summary>
    public async Task<int> ReportAsync(ParseResult result, Terminal terminal, Func<HoldReport, HoldReport> subject, Func<HoldReporter, Task<int>> run)
    {
        var isJson = result.GetValue(_json);
        var isWanted = isTalkative || isJson || result.GetValue(_verbose);
        if (result.GetValue(_report) is not { } path)
        {
            return await run(new HoldReporter(isWanted ? terminal.Error : null, isJson, subject)).ConfigureAwait(false);
        }

        var file = Open(path);
        await using (file.ConfigureAwait(false))
        {
            return await run(new HoldReporter(file, isJson, subject)).ConfigureAwait(false);
        }
    }

    /// <exception cref="UsageException">It cannot be written.</exception>
    private static StreamWriter Open(string path)
    {
        try
        {
            return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"--report: '{path}' cannot be written: {error.Message}");
        }
    }
}
