using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cron;
using Coordination.Embedded;

namespace Coordination.Demo.Etcd;

/// <summary>The command <c>etcd serve</c>: the embedded server as a program of its own, for development.</summary>
internal static class EtcdCommand
{
    public static Command Create()
    {
        var port = CronOptions.Number("--port", 2379, 0, 65_535, "The port on 127.0.0.1; 0: the system chooses one.");
        var serve = new Command(
            "serve",
            """
            Serves an etcd v3 on this machine until Ctrl-C. For development: in memory, one node, not for production.

            Example:
              coordination etcd serve --port 2379
            """)
        {
            port,
        };
        serve.SetAction((result, stopping) => ServeAsync(result.GetRequiredValue(port), stopping));
        return new Command("etcd", "The embedded etcd, for development: etcd serve.") { serve };
    }

    private static async Task<int> ServeAsync(int port, CancellationToken stopping)
    {
        try
        {
            await using var server = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Port = port }, stopping).ConfigureAwait(false);
            Console.WriteLine($"An embedded etcd serves on {server.Endpoint.GetLeftPart(UriPartial.Authority)}.");
            Console.WriteLine("It is for development: everything is in memory, on one node, and gone when it ends. Not for production.");
            Console.WriteLine("Ctrl-C ends it.");
            await UntilCancelledAsync(stopping).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (IOException error)
        {
            await Console.Error.WriteLineAsync($"coordination: the port {port} cannot be served: {error.Message}").ConfigureAwait(false);
            return ExitCode.Unavailable;
        }
    }

    private static async Task UntilCancelledAsync(CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(ended.SetResult).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }
}
