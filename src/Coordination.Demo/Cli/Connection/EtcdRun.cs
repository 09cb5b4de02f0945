using System.CommandLine;
using Coordination.Etcd;

namespace Coordination.Demo.Cli.Connection;

/// <summary>Runs what a command does with etcd; what goes wrong is said in one line and becomes an exit code.</summary>
internal static class EtcdRun
{
    /// <summary>
    /// How long each step of an end may take: giving back what is held, then ending the system. All of them together are done within 5 s, also while etcd is away.
    /// </summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Requests: each command is bounded by <c>--command-timeout</c>.</summary>
    public static Task<int> RunRequestAsync(
        this EtcdConnection connection, ParseResult result, Func<IEtcdClient, CancellationToken, Task<int>> run, CancellationToken interrupted) =>
        connection.RunClientAsync(
            result,
            async (etcd, settings) =>
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
                limit.CancelAfter(settings.CommandTimeout + settings.DialTimeout);
                try
                {
                    return await run(etcd, limit.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
                {
                    throw new EtcdException(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, $"No answer within {new Duration(settings.CommandTimeout)} from {settings.Names}");
                }
            },
            interrupted);

    /// <summary>A client for as long as it takes.</summary>
    public static Task<int> RunClientAsync(
        this EtcdConnection connection, ParseResult result, Func<IEtcdClient, EtcdSettings, Task<int>> run, CancellationToken interrupted) =>
        connection.GuardAsync(
            async () =>
            {
                var settings = connection.Read(result);
                var etcd = new EtcdClient(settings.ForRequests());
                await using (etcd.ConfigureAwait(false))
                {
                    return await run(etcd, settings).ConfigureAwait(false);
                }
            },
            ExitCode.Of,
            interrupted);

    /// <summary>A coordination system for as long as it takes.</summary>
    /// <param name="connection">How to reach etcd.</param>
    /// <param name="result">The command line.</param>
    /// <param name="options">What the system is like, but for the connection.</param>
    /// <param name="run">What is done with it.</param>
    /// <param name="interrupted">Ctrl-C or SIGTERM.</param>
    public static Task<int> RunSystemAsync(
        this EtcdConnection connection, ParseResult result, CoordinationOptions options, Func<CoordinationSystem, Task<int>> run, CancellationToken interrupted) =>
        connection.GuardAsync(
            async () =>
            {
                var system = CoordinationSystem.Start(options with { Etcd = connection.Read(result).ForSystem(), StopTimeout = StopTimeout });
                await using (system.ConfigureAwait(false))
                {
                    return await run(system).ConfigureAwait(false);
                }
            },
            _ => ExitCode.Unavailable,
            interrupted);

    private static async Task<int> GuardAsync(
        this EtcdConnection connection, Func<Task<int>> run, Func<CoordinationException, int> exitCode, CancellationToken interrupted)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (error is UsageException or ArgumentException)
        {
            connection.Terminal.Say(ArgumentText.Of(error));
            return ExitCode.Usage;
        }
        catch (CoordinationException error)
        {
            connection.Terminal.Say(error.Message);
            return exitCode(error);
        }
    }
}
