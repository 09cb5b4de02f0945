using System.CommandLine;
using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Kv.Txn;
using Coordination.Etcd;

namespace Coordination.Demo.Watching;

/// <summary>Watches until it is interrupted, all keys into one printer.</summary>
internal sealed class WatchRun(CoordinationSystem system, WatchPrinter printer, Terminal terminal, TimeSpan answerLimit)
{
    public async Task<int> RunAsync(IEnumerable<WatchedLine> lines, CancellationToken interrupted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var watches = lines.Select(line => FollowAsync(line, end.Token)).ToList();
        return await EndAsync(watches, end).ConfigureAwait(false);
    }

    /// <summary>Lines such as <c>watch foo --prefix</c>, each from the moment it was read on. The end of the input ends nothing: what is watched stays watched.</summary>
    public async Task<int> RunInteractiveAsync(CancellationToken interrupted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var watches = new List<Task<int>>();
        try
        {
            while (await terminal.Lines.ReadLineAsync(end.Token).AsTask().WaitAsync(end.Token).ConfigureAwait(false) is { } line)
            {
                if (Parse(line) is { } watched)
                {
                    watches.AddRange(watched.Select(keys => FollowAsync(keys, end.Token)));
                }
            }
        }
        catch (DecoderFallbackException)
        {
            terminal.Say("watch: a line of the standard input is no UTF-8, and is not guessed at.");
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(watches)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }

        return watches.Count == 0 ? ExitCode.Ok : await EndAsync(watches, end).ConfigureAwait(false);
    }

    private static async Task<int> EndAsync(List<Task<int>> watches, CancellationTokenSource end)
    {
        var first = await Task.WhenAny(watches).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAll(watches)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await first.ConfigureAwait(false);
    }

    private IEnumerable<WatchedLine>? Parse(string line)
    {
        if (line.Trim().Length == 0)
        {
            return null;
        }

        var watched = new WatchLine();
        var command = new Command("watch");
        watched.AddTo(command);
        var root = new RootCommand { command };
        try
        {
            var words = TxnWords.Split(line);
            var result = root.Parse(words);
            var problem = words[0] != "watch" ? "only 'watch' is allowed, with the options of 'coordination watch'"
                : result.Errors.Count > 0 ? string.Join(" ", result.Errors.Select(error => error.Message))
                : watched.IsGiven(result.CommandResult) ? null
                : "the key is missing";
            if (problem is null)
            {
                return watched.Read(result);
            }

            terminal.Say($"the line '{line}' cannot be used: {problem}");
        }
        catch (UsageException error)
        {
            terminal.Say(error.Message);
        }

        return null;
    }

    private async Task<int> FollowAsync(WatchedLine line, CancellationToken stopping)
    {
        try
        {
            await ProbeAsync(line.Keys, stopping).ConfigureAwait(false);
            var isFirst = true;
            await foreach (var told in system.Watch(line.Keys, line.Options).WithCancellation(stopping).ConfigureAwait(false))
            {
                if (isFirst && told is WatchEvent.Resynced { IsComplete: false } cut)
                {
                    terminal.Say($"{line.Keys} cannot be watched from revision {line.Options.From} on ({cut.Reason}): that history is gone; now is revision {cut.Revision}");
                    return ExitCode.CheckFailed;
                }

                // That it is compacted is told first as the end of a stream; whether that matters shows the next event.
                if (told is not WatchEvent.Interrupted { Error.Kind: CoordinationErrorKind.Compacted })
                {
                    isFirst = false;
                    await printer.PrintAsync(line.Keys, told, stopping).ConfigureAwait(false);
                }
            }

            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
    }

    /// <summary>A watch waits for an etcd that is away; a command that was just started says so instead.</summary>
    private async Task ProbeAsync(KeyRange keys, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(answerLimit);
        try
        {
            await system.Etcd.GetAsync(new EtcdOp.Get(keys) { CountOnly = true }, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new CoordinationException(
                CoordinationErrorKind.Timeout,
                $"No answer within {new Duration(answerLimit)} from {string.Join(", ", system.Etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)))}");
        }
    }
}
