using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;

namespace Coordination.Demo.Watching;

/// <summary>The command <c>watch</c>.</summary>
internal sealed class WatchCommand(EtcdConnection connection, TrailingCommand trailing)
{
    private readonly WatchLine _line = new();
    private readonly Option<string[]> _also = new("--also")
    {
        Description = "Another key to watch, with the same options; repeat it for several.",
        HelpName = "key",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _interactive = new("--interactive", "-i") { Description = "Read lines such as 'watch foo --prefix' from the standard input and watch all of them." };
    private readonly FormOption _form = new();

    public Command Create()
    {
        var command = new Command(
            "watch",
            """
            Prints what happens to keys until Ctrl-C, in etcdctl's form: PUT or DELETE, with --prev-kv what the key was before, then the key and its value. When etcd
            is away or restarts, it goes on without a gap; if the history was compacted meanwhile, it prints the difference and says so on the standard error.

            What follows -- is run for each event, one after the other: ETCD_WATCH_REVISION, ETCD_WATCH_EVENT_TYPE, ETCD_WATCH_KEY and ETCD_WATCH_VALUE say what happened.

            Examples:
              coordination watch foo
              coordination watch foo1 foo9
              coordination watch --prefix /config/ --also /flags/
              coordination watch --rev 2 --prev-kv foo
              coordination watch -i
              coordination watch --prefix /config/ -- sh -c 'systemctl reload app'

            Exit codes: 0 ended by Ctrl-C, 1 the revision of --rev is compacted, 2 wrong command line, 3 etcd cannot be used, 127 the command cannot be
            started.
            """);
        _line.AddTo(command);
        foreach (var option in (Option[])[_also, _interactive])
        {
            command.Options.Add(option);
        }

        _form.AddTo(command);
        trailing.BelongsTo(command);
        command.Check(result =>
        {
            if (result.GetValue(_interactive) == _line.IsGiven(result))
            {
                result.AddError(result.GetValue(_interactive) ? "watch: with -i the keys come from the standard input; leave out the key." : "watch: the key is missing; or use -i.");
            }
        });
        command.SetAction((result, interrupted) => trailing.UnlessMissingAsync(
            connection.Terminal,
            () => connection.RunSystemAsync(
                result, new CoordinationOptions { Name = "watch", HasSession = false }, system => RunAsync(result, system, interrupted), interrupted)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CoordinationSystem system, CancellationToken interrupted)
    {
        using var printer = new WatchPrinter(connection.Terminal, _form.Read(result, connection.Terminal), trailing.Words);
        var run = new WatchRun(system, printer, connection.Terminal, connection.CommandTimeout(result));
        if (!result.GetValue(_interactive))
        {
            return await run.RunAsync(_line.Read(result, result.GetRequiredValue(_also)), interrupted).ConfigureAwait(false);
        }

        return await run.RunInteractiveAsync(interrupted).ConfigureAwait(false);
    }
}
