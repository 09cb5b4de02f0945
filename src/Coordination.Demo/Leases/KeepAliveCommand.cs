using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Etcd;

namespace Coordination.Demo.Leases;

/// <summary>The command <c>lease keep-alive</c>.</summary>
internal static class KeepAliveCommand
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    public static Command Create(EtcdConnection connection)
    {
        var id = LeaseCommand.IdArgument();
        var once = new Option<bool>("--once") { Description = "Renew it once, and end." };
        var form = new FormOption();
        var command = new Command(
            "keep-alive",
            """
            Keeps a lease alive until Ctrl-C: renews it every third of its TTL and prints a line each time. While etcd is away it goes on trying for as long as the
            lease can live.

            Examples:
              coordination lease keep-alive 694d819f80025a42
              coordination lease keep-alive --once 694d819f80025a42

            Exit codes: 0 renewed (--once), or ended by Ctrl-C; 1 there is no such lease (any more), 2 wrong command line, 3 etcd cannot be used.
            """)
        {
            id, once,
        };
        form.AddTo(command);
        command.SetAction((result, interrupted) => connection.RunClientAsync(
            result,
            (etcd, settings) => RunAsync(
                connection.Terminal, etcd, result.GetRequiredValue(id), result.GetValue(once), settings.CommandTimeout, form.Read(result, connection.Terminal), interrupted),
            interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, IEtcdClient etcd, LeaseId lease, bool isOnce, TimeSpan limit, OutputForm form, CancellationToken interrupted)
    {
        var time = TimeProvider.System;
        var ttl = TimeSpan.Zero;
        var renewedAt = time.GetTimestamp();
        while (true)
        {
            TimeSpan pause;
            var sentAt = time.GetTimestamp();
            try
            {
                var renewed = await etcd.KeepAliveAsync(lease, limit, interrupted).ConfigureAwait(false);
                if (renewed.IsGone)
                {
                    // While it goes on, that is one more line of its news, as with etcdctl; with --once it is an error.
                    var gone = $"lease {LeaseText.Of(lease)} expired or revoked.";
                    if (isOnce)
                    {
                        terminal.Say(gone);
                    }
                    else
                    {
                        terminal.WriteLine(gone);
                    }

                    return ExitCode.CheckFailed;
                }

                LeaseLines.Renewed(terminal, form, renewed);
                terminal.Flush();
                (ttl, renewedAt, pause) = (renewed.Ttl, sentAt, renewed.Ttl / 3);
            }
            catch (EtcdException error) when (error.IsTransient && !isOnce && time.GetElapsedTime(renewedAt) < ttl)
            {
                terminal.Say($"not renewed, it is tried again: {error.Message}");
                pause = RetryPause;
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                return ExitCode.Ok;
            }

            if (isOnce || !await interrupted.ForAsync(pause).ConfigureAwait(false))
            {
                return ExitCode.Ok;
            }
        }
    }
}
