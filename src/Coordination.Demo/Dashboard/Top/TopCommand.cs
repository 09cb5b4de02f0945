using System.CommandLine;
using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Dashboard.Model;

namespace Coordination.Demo.Dashboard.Top;

/// <summary>The command <c>top</c>: what the dashboard shows, in a terminal.</summary>
internal sealed class TopCommand(EtcdConnection connection)
{
    private static readonly TimeSpan ClockPace = TimeSpan.FromSeconds(1);

    private readonly DashboardOptions _options = new();
    private readonly Option<string> _filter = new("--filter") { Description = "Show only lines that contain all these words; what is wrong is always shown.", HelpName = "words", DefaultValueFactory = _ => "" };
    private readonly Option<bool> _once = new("--once") { Description = "Print the present state and end. This is also the default without a terminal." };
    private readonly Option<bool> _json = new("--json") { Description = "The overview as a line of JSON; without --once one whenever it changes." };

    public Command Create()
    {
        var command = new Command(
            "top",
            """
            Shows live in a terminal who holds what, as 'coordination dashboard' does on a page: locks, elections, services, sessions, and what is wrong.
            The arrows, Page Up and Page Down scroll; q or Ctrl-C ends it.

            Examples:
              coordination top
              coordination top --filter backup
              coordination top --once --etcd http://127.0.0.1:2379
              coordination top --once --json | jq '.locks[] | select(.waiters | length > 0)'

            Exit codes: 0 ended by q or Ctrl-C, or shown; 2 wrong command line, 3 with --once: etcd cannot be used. Without it, that etcd is away is shown.
            """)
        {
            _filter, _once, _json,
        };
        _options.AddTo(command);
        command.Check(result =>
        {
            if (result.GetValue(_json) && !string.IsNullOrEmpty(result.GetValue(_filter)))
            {
                result.AddError("top: --filter is for what people read; --json prints everything, to choose from with jq.");
            }
        });
        command.SetAction((result, stopping) => connection.RunSystemAsync(
            result, new CoordinationOptions { Name = "top", HasSession = false }, system => RunAsync(result, system, stopping), stopping));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CoordinationSystem system, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var feed = _options.Feed(result, system);
        var following = feed.RunAsync(end.Token);
        try
        {
            var json = result.GetValue(_json);
            return result.GetValue(_once) || (!json && !connection.Terminal.ShowsTables)
                ? await OnceAsync(feed, result, json, stopping).ConfigureAwait(false)
                : await (json ? JsonAsync(feed, stopping) : ScreenAsync(feed, result.GetRequiredValue(_filter), stopping)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> OnceAsync(OverviewFeed feed, ParseResult result, bool json, CancellationToken stopping)
    {
        var limit = connection.CommandTimeout(result);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        end.CancelAfter(limit);
        try
        {
            Print(await feed.ReadOnceAsync(end.Token).ConfigureAwait(false), json, result.GetRequiredValue(_filter));
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            var etcd = feed.Read().Etcd;
            connection.Terminal.Say($"etcd cannot be read within {new Duration(limit)}: {etcd.Error ?? $"no answer from {etcd.Endpoints}"}");
            return ExitCode.Unavailable;
        }
    }

    private void Print(Overview overview, bool json, string filter)
    {
        if (json)
        {
            connection.Terminal.WriteLine(JsonSerializer.Serialize(overview, OverviewJson.Default.Overview));
            return;
        }

        foreach (var line in TopText.Lines(overview, filter, TimeProvider.System.GetUtcNow()))
        {
            connection.Terminal.WriteLine(line);
        }
    }

    private async Task<int> JsonAsync(OverviewFeed feed, CancellationToken stopping)
    {
        var isKnown = false;
        await foreach (var message in feed.ReadAsync(stopping).ConfigureAwait(false))
        {
            // Before the first answer of etcd there is nothing to print, and that is not an empty etcd.
            if (message is FeedMessage.Present present && (isKnown |= present.Overview.Etcd.IsConnected))
            {
                Print(present.Overview, json: true, "");
                connection.Terminal.Flush();
            }
        }

        return ExitCode.Ok;
    }

    private async Task<int> ScreenAsync(OverviewFeed feed, string filter, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var screen = new TopScreen(connection.Terminal, filter);
        void Draw() => screen.Draw(feed.Read(), TimeProvider.System.GetUtcNow(), Console.WindowWidth, Console.WindowHeight);

        if (!Console.IsInputRedirected)
        {
            // It blocks until a key is pressed, and ends with the process.
            new Thread(() => ReadKeys(screen, Draw, end)) { IsBackground = true, Name = "keys" }.Start();
        }

        try
        {
            var clock = ClockAsync(Draw, end.Token);
            await foreach (var message in feed.ReadAsync(end.Token).ConfigureAwait(false))
            {
                if (message is FeedMessage.Present)
                {
                    Draw();
                }
            }

            await clock.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Somebody pressed q.
        }

        return ExitCode.Ok;
    }

    // How long something has been held goes on while nothing changes.
    private static async Task ClockAsync(Action draw, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(ClockPace, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            draw();
        }
    }

    private static void ReadKeys(TopScreen screen, Action draw, CancellationTokenSource end)
    {
        while (screen.Handle(Console.ReadKey(intercept: true).Key))
        {
            draw();
        }

        end.Cancel();
    }
}
