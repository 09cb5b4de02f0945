using System.Collections.Immutable;
using System.CommandLine;

namespace Coordination.Demo.Cli;

/// <summary>The command that a user wants to be run: everything after <c>--</c>, untouched by our own parsing.</summary>
internal sealed class TrailingCommand : IDisposable
{
    private readonly HashSet<Command> _takers = [];

    /// <summary>The program and its arguments; empty when there is none.</summary>
    public ImmutableArray<string> Words { get; private set; } = [];

    /// <summary>Signals for it.</summary>
    public SignalRelay Signals { get; } = new();

    /// <summary>This command runs another one.</summary>
    public void BelongsTo(Command taker) => _takers.Add(taker);

    /// <summary>Takes what follows <c>--</c> off the command line of a command that runs another one; others keep it whole.</summary>
    /// <returns>The rest.</returns>
    public string[] TakeFrom(RootCommand root, string[] args)
    {
        var at = Array.IndexOf(args, "--");
        if (at <= 0 || !_takers.Contains(root.Parse(args[..at]).CommandResult.Command))
        {
            return args;
        }

        Words = [.. args[(at + 1)..]];
        return args[..at];
    }

    /// <summary>Runs what runs the command, unless it cannot be started: that is said at once, as a shell does.</summary>
    public async Task<int> UnlessMissingAsync(Terminal terminal, Func<Task<int>> run)
    {
        if (Words.IsEmpty || GuardedProcess.Problem(Words) is not { } problem)
        {
            return await run().ConfigureAwait(false);
        }

        terminal.Say(problem);
        return ExitCode.NotStarted;
    }

    public void Dispose() => Signals.Dispose();
}
