using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Cron;
using Coordination.Demo.Holding;

namespace Coordination.Demo.Locking;

/// <summary>The command <c>lock</c>: runs a command while holding a lock.</summary>
internal sealed class LockCommand(EtcdConnection connection, TrailingCommand trailing)
{
    private const double Day = 86_400;

    private readonly HoldOptions _hold = new(isTalkative: false);
    private readonly Argument<string> _name = new("key") { Description = "The lock: exactly this key in etcd. Any program that uses the same key competes for the same lock." };
    private readonly Option<bool> _try = new("--try") { Description = "Do not wait: if somebody else has the lock, end. The same as --wait 0s." };
    private readonly Option<Duration?> _wait = new("--wait")
    {
        Description = "How long to wait for the lock, and for etcd to answer (at least --dial-timeout). Default: without end for the lock, --command-timeout for etcd.",
        HelpName = "duration",
        CustomParser = result => Duration.Between(TimeSpan.Zero, TimeSpan.FromSeconds(Day))(result),
    };

    private readonly Option<Duration> _atLeast = CronOptions.Span(
        "--at-least", TimeSpan.Zero, 0, Day, "Hold the lock at least this long, also when the command has ended sooner: for jobs that several machines start at the same time.");

    private readonly Option<Duration> _ttl = CronOptions.Span("--ttl", TimeSpan.FromSeconds(10), 2, 3600, "How long a crashed holder still has the lock.");
    private readonly Option<int> _conflict = CronOptions.Number("--conflict-exit-code", ExitCode.NotObtained, 0, 255, "The exit code when somebody else has the lock. Default 5.");

    public Command Create()
    {
        var command = new Command(
            "lock",
            """
            Runs a command while holding a lock. Its exit code is passed on; its standard streams are this process's.

            When the lock is lost, the command gets SIGTERM, after the grace period SIGKILL, with everything that it started. SIGINT and SIGTERM are passed on and stop
            it the same way; SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on. It dies with this process. The lock is released when it has ended.

            The command's environment: COORDINATION_LOCK, COORDINATION_TOKEN (larger than that of every holder before: use it as a fencing token),
            COORDINATION_REVISION (the same number: the revision that put the key), COORDINATION_KEY (it exists with the token as its mod revision as long as
            the lock is held), COORDINATION_LEASE.
            Nothing is printed but what goes wrong; --verbose, --json and --report tell the rest.

            Examples:
              coordination lock /jobs/backup -- ./backup.sh --all
              coordination lock /jobs/backup --wait 30s -- ./backup.sh
              * * * * * coordination lock /cron/report --try --at-least 30s --conflict-exit-code 0 -- /usr/local/bin/report      (crontab, on every machine)

            Exit codes: the command's own (128 + n when signal n ended it), 2 wrong command line, 3 etcd cannot be used, 4 the lock was lost while the command ran,
            5 (--conflict-exit-code) somebody else has the lock, 127 the command cannot be started, 130 interrupted before it was started.
            """)
        {
            _name, _try, _wait, _atLeast, _ttl, _conflict,
        };
        _hold.AddTo(command);
        trailing.BelongsTo(command);
        command.Check(Validate);
        command.SetAction((result, interrupted) => trailing.UnlessMissingAsync(
            connection.Terminal,
            () => _hold.ReportAsync(result, connection.Terminal, report => report with { Lock = result.GetRequiredValue(_name) }, reporter => RunAsync(result, reporter, interrupted))));
        return command;
    }

    private void Validate(CommandResult result)
    {
        var name = result.GetValue(_name) ?? "";
        if (trailing.Words.IsEmpty)
        {
            result.AddError($"lock: {GuardedProcess.Problem([])}; write for example: lock {(name.Length == 0 ? "key" : name)} -- ./job.sh");
        }

        if (result.GetValue(_try) && result.GetValue(_wait) is not null)
        {
            result.AddError("lock: --try and --wait cannot be set at the same time, choose one.");
        }

        if (Encoding.UTF8.GetByteCount(name) is var length and (0 or > LockOptions.MaxNameLength))
        {
            result.AddError($"lock: the key has {length} bytes; allowed are 1 to {LockOptions.MaxNameLength}.");
        }
    }

    private Task<int> RunAsync(ParseResult result, HoldReporter reporter, CancellationToken interrupted) => connection.RunSystemAsync(
        result,
        new CoordinationOptions { Name = "lock", SessionTtl = result.GetRequiredValue(_ttl).Value },
        async system =>
        {
            // One budget for both: who waits 3 s for the lock does not wait 5 s for etcd first. But a connection has its own time, or a short wait on a busy
            // machine would call an etcd unusable that is well. Without waiting for the lock, etcd has the time of a request.
            var started = TimeProvider.System.GetTimestamp();
            var wait = result.GetValue(_try) ? TimeSpan.Zero : result.GetValue(_wait)?.Value;
            var (ready, dial) = (connection.CommandTimeout(result), connection.DialTimeout(result));
            var budget = wait is not { } limit || limit == TimeSpan.Zero ? ready : limit > dial ? limit : dial;
            await system.WaitUntilReadyAsync(budget < ready ? budget : ready, interrupted).ConfigureAwait(false);
            var rest = wait - TimeProvider.System.GetElapsedTime(started);
            var settings = new LockSettings(
                result.GetRequiredValue(_name),
                rest < TimeSpan.Zero ? TimeSpan.Zero : rest,
                dial,
                result.GetRequiredValue(_atLeast).Value,
                result.GetRequiredValue(_conflict),
                new HeldCommand(trailing.Words, _hold.Grace(result), trailing.Signals));
            return await new LockRun(system, settings, reporter, connection.Terminal).RunAsync(interrupted).ConfigureAwait(false);
        },
        interrupted);
}
