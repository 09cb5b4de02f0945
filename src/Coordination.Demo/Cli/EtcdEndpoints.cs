using System.Collections.Immutable;
using System.CommandLine;
using Coordination.Demo.Cron;
using Coordination.Etcd;

namespace Coordination.Demo.Cli;

/// <summary>The option <c>--etcd</c> of commands that meet other processes in an etcd, so that one in memory is of no use to them.</summary>
internal sealed class EtcdEndpoints
{
    public EtcdEndpoints()
    {
        Option = new Option<ImmutableArray<Uri>?>("--etcd")
        {
            Description = "The etcd in which the processes meet: http://host:port, several with commas between. Needed.",
            HelpName = "URL[,URL…]",
            CustomParser = CronOptions.ParseEndpoints,
        };
    }

    public Option<ImmutableArray<Uri>?> Option { get; }

    public void AddTo(Command command)
    {
        command.Options.Add(Option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Option) is null)
            {
                result.AddError(
                    "--etcd is needed: the processes of this command find each other in an etcd. For one to try, 'coordination etcd serve --port 2379' in another terminal, "
                    + "then --etcd http://127.0.0.1:2379.");
            }
        });
    }

    public ImmutableArray<Uri> Read(ParseResult result) => result.GetRequiredValue(Option)!.Value;

    /// <summary>Runs a command on a system of its own. When etcd cannot be used it says why, with the exit code for that.</summary>
    public async Task<int> RunAsync(ParseResult result, TimeSpan ttl, Func<CoordinationSystem, Task<int>> run, CancellationToken interrupted)
    {
        var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = ttl,
            Etcd = new EtcdClientOptions { Endpoints = Read(result), RequestTimeout = TimeSpan.FromSeconds(3) },
        });
        await using (system.ConfigureAwait(false))
        {
            try
            {
                return await run(system).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
            catch (ArgumentException error)
            {
                await Console.Error.WriteLineAsync($"coordination: {error.Message}").ConfigureAwait(false);
                return ExitCode.Usage;
            }
            catch (CoordinationException error)
            {
                await Console.Error.WriteLineAsync($"coordination: {error.Message}").ConfigureAwait(false);
                return ExitCode.Unavailable;
            }
        }
    }
}
