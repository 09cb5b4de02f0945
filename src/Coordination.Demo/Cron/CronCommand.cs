using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Cron.View;
using Coordination.Embedded;
using Coordination.Etcd;
using Coordination.Time;
using Spectre.Console;

namespace Coordination.Demo.Cron;

/// <summary>The default command: the demo.</summary>
internal sealed class CronCommand(EtcdConnection connection)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(4.5);

    private readonly CronOptions _shared = new();
    private readonly Option<int> _workers = CronOptions.Number("--workers", 4, 1, 64, "How many workers compete.");
    private readonly Option<Duration> _duration = CronOptions.Span("--duration", TimeSpan.FromSeconds(20), 1, 86_400, "How long they compete, once all are ready.");
    private readonly Option<bool> _processes = new("--processes") { Description = "Each worker is its own process." };
    private readonly Option<bool> _noCrash = new("--no-crash") { Description = "Kill no worker. By default one is killed in the middle of a job." };
    private readonly Option<bool> _json = new("--json") { Description = "Print only the summary, as JSON." };

    public void AddTo(Command command)
    {
        _shared.AddTo(command);
        command.Options.Add(_workers);
        command.Options.Add(_processes);
        command.Options.Add(_duration);
        command.Options.Add(_noCrash);
        command.Options.Add(_json);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken interrupted)
    {
        var isGiven = connection.IsOnCommandLine(result);
        await using var embedded = isGiven ? null : await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions(), interrupted).ConfigureAwait(false);
        var settings = isGiven ? connection.Read(result) : new EtcdSettings(new EtcdClientOptions { Endpoints = [embedded!.Endpoint] });
        var name = isGiven ? settings.Names : $"{settings.Names} (embedded: in memory, for development)";
        var etcd = new EtcdClient(settings.ForSystem());
        await using (etcd.ConfigureAwait(false))
        {
            try
            {
                await ProbeAsync(etcd, interrupted).ConfigureAwait(false);
                return await RunAsync(result, settings, etcd, name, interrupted).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
            catch (CoordinationException error)
            {
                await Console.Error.WriteLineAsync($"coordination: etcd cannot be used: {error.Message}").ConfigureAwait(false);
                return ExitCode.Unavailable;
            }
        }
    }

    private static async Task ProbeAsync(EtcdClient etcd, CancellationToken interrupted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        limit.CancelAfter(ProbeLimit);
        try
        {
            await etcd.GetAsync(new EtcdOp.Get("/cron/"), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
        {
            throw new CoordinationException(
                CoordinationErrorKind.Unavailable,
                $"no answer within {ProbeLimit.TotalSeconds} s from {string.Join(", ", etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)))}");
        }
    }

    private async Task<int> RunAsync(
        ParseResult result, EtcdSettings connected, EtcdClient etcd, string etcdName, CancellationToken interrupted)
    {
        var clock = new MonotonicClock(SuspendAwareTimeProvider.Instance);
        var run = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..8];
        var settings = _shared.Read(result, connected, run, clock.Now.Ticks);
        var duration = result.GetRequiredValue(_duration).Value;
        var crew = new WorkerCrew(settings, result.GetRequiredValue(_workers), result.GetRequiredValue(_processes));
        await using var crewLifetime = crew.ConfigureAwait(false);
        var plan = new CronRunPlan(duration, result.GetRequiredValue(_noCrash) ? null : duration * 0.3, result.GetRequiredValue(_processes), etcdName);
        var json = result.GetRequiredValue(_json);
        var summary = await new CronRun(settings, etcd, crew, View(json, Title(settings, crew.Count, plan)), plan).RunAsync(interrupted).ConfigureAwait(false);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(summary, CronSummaryJson.Default.CronSummary));
        }
        else
        {
            foreach (var line in summary.Lines())
            {
                Console.WriteLine(line);
            }
        }

        return summary.Interrupted ? ExitCode.Interrupted : summary.Ok ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private static string Title(CronSettings settings, int workers, CronRunPlan plan) =>
        $"{workers} workers compete for {settings.Jobs} cron jobs for {new Duration(plan.Duration)}, lease TTL {new Duration(settings.Ttl)}, etcd {plan.EtcdName}"
        + (plan.CrashAfter is null ? "" : plan.InProcesses ? "; one will be killed (SIGKILL)" : "; one will be ended as by a crash");

    private static IRunView View(bool json, string title)
    {
        if (json)
        {
            return new SilentView();
        }

        if (!Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi)
        {
            return new TableView(AnsiConsole.Console, title);
        }

        Console.WriteLine(title);
        return new PlainView(Console.Out);
    }
}
