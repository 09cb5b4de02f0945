using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Spectre.Console;

namespace Coordination.Demo.Services;

/// <summary>The command <c>discover</c>: who there is, once or live.</summary>
internal sealed class DiscoverCommand(EtcdConnection connection)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    private readonly Argument<string> _service = new("service") { Description = "The name of the service." };
    private readonly Option<ServiceLayout> _layout = LayoutOption.Create();
    private readonly Option<bool> _once = new("--once") { Description = "Show the present state and end." };
    private readonly Option<bool> _json = new("--json") { Description = "The view as a line of JSON; without --once one whenever it changes." };

    public Command Create()
    {
        var command = new Command(
            "discover",
            """
            Shows the instances of a service and follows what changes until Ctrl-C: a live table in a terminal, lines in a pipe. Reads all forms under the keys of the layout,
            also what others put there by hand; what cannot be understood is shown as set aside, with the reason.

            Examples:
              coordination discover greeter --etcd http://127.0.0.1:2379
              coordination discover greeter --etcd http://127.0.0.1:2379 --once --json | jq '.instances[].address'
              coordination discover hello --etcd http://127.0.0.1:2379 --layout plain

            Exit codes: 0 done, 1 with --once: there is no instance, 2 wrong command line, 3 etcd cannot be used.
            """)
        {
            _service,
        };
        connection.RequireFor(command);
        foreach (var option in (Option[])[_layout, _once, _json])
        {
            command.Options.Add(option);
        }

        command.SetAction((result, stopping) => connection.RunSystemAsync(
            result, new CoordinationOptions { SessionTtl = Ttl }, system => RunAsync(result, system, stopping), stopping));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CoordinationSystem system, CancellationToken stopping)
    {
        using var discovery = system.Discover(result.GetRequiredValue(_service), new DiscoveryOptions { Layout = result.GetRequiredValue(_layout) });
        var view = await discovery.WaitForViewAsync(connection.CommandTimeout(result), stopping).ConfigureAwait(false);
        var json = result.GetRequiredValue(_json);
        if (result.GetRequiredValue(_once))
        {
            if (json)
            {
                Console.WriteLine(ViewJson.Of(view));
            }
            else if (Console.IsOutputRedirected)
            {
                InstanceLines.Write(view, Console.Out);
            }
            else
            {
                AnsiConsole.Write(InstanceTable.Draw(view, []));
            }

            return view.Instances.IsEmpty ? ExitCode.CheckFailed : ExitCode.Ok;
        }

        try
        {
            await (json ? FollowJsonAsync(discovery, stopping)
                : !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi ? InstanceTable.ShowAsync(AnsiConsole.Console, discovery, stopping)
                : FollowLinesAsync(discovery, stopping)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }

        return ExitCode.Ok;
    }

    private static async Task FollowJsonAsync(IServiceDiscovery discovery, CancellationToken stopping)
    {
        ServiceView? shown = null;
        await foreach (var (_, view, _, _) in ViewNews.FollowAsync(discovery, stopping).ConfigureAwait(false))
        {
            if (!ReferenceEquals(view, shown))
            {
                Console.WriteLine(ViewJson.Of(view));
                shown = view;
            }
        }
    }

    private static async Task FollowLinesAsync(IServiceDiscovery discovery, CancellationToken stopping)
    {
        var lines = new Lines(Console.Out);
        await foreach (var news in ViewNews.FollowAsync(discovery, stopping).ConfigureAwait(false))
        {
            foreach (var line in news.Lines())
            {
                lines.Write(line);
            }

            if (news.Change is ServiceChange.Resynced { Reason: ViewReason.Snapshot, View: var view })
            {
                foreach (var instance in view.Instances)
                {
                    lines.Write($"         {instance}");
                }
            }
        }
    }
}
