using System.ComponentModel;
using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Demo.Holding;

namespace Coordination.Demo.Locking;

/// <summary>Acquires the lock, runs the command, holds on for as long as asked, releases.</summary>
internal sealed class LockRun(CoordinationSystem system, LockSettings settings, HoldReporter reporter, Terminal terminal)
{
    private readonly ILock _lock = system.Lock(settings.Name);

    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        reporter.Say("waiting");
        var handle = await AcquireAsync(interrupted).ConfigureAwait(false);
        if (handle is null)
        {
            await SayBusyAsync(interrupted).ConfigureAwait(false);
            return settings.ConflictExitCode;
        }

        var acquiredAt = TimeProvider.System.GetTimestamp();
        reporter.Say("acquired", report => report with { Token = handle.Token, Lease = handle.Lease.ToString() });
        var exitCode = await RunAsync(handle, interrupted).ConfigureAwait(false);
        if (handle.IsHeld && await IsHeldOnAsync(handle, settings.AtLeast - TimeProvider.System.GetElapsedTime(acquiredAt), interrupted).ConfigureAwait(false))
        {
            await handle.DisposeAsync().ConfigureAwait(false);
            reporter.Say("released", report => report with { Token = handle.Token });
        }

        return exitCode;
    }

    private async Task<ILockHandle?> AcquireAsync(CancellationToken interrupted)
    {
        if (settings.Wait is not { } wait)
        {
            return await _lock.AcquireAsync(null, interrupted).ConfigureAwait(false);
        }

        try
        {
            return await _lock.TryAcquireAsync(wait, interrupted).ConfigureAwait(false);
        }
        catch (CoordinationException late) when (late.Kind == CoordinationErrorKind.Timeout && wait < settings.Answer)
        {
            // What the connection left of the wait was shorter than an answer takes. So this was no attempt yet, and says nothing about etcd.
            return await _lock.TryAcquireAsync(interrupted).ConfigureAwait(false);
        }
    }

    private async Task<int> RunAsync(ILockHandle handle, CancellationToken interrupted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted, handle.Lost);
        try
        {
            var (code, _) = await settings.Command.RunAsync(
                Environment(handle),
                () => handle.ValidFor,
                reporter,
                () => handle.IsHeld ? ("stopping", "Interrupted") : ("lost", handle.LossReason?.ToString()),
                stop.Token).ConfigureAwait(false);
            if (handle.IsHeld)
            {
                return code;
            }
        }
        catch (Win32Exception error)
        {
            terminal.Say($"the command '{settings.Command.Words[0]}' cannot be started: {error.Message}");
            return ExitCode.NotStarted;
        }

        // Also when the command ended by itself just then: what it did last was not protected.
        terminal.Say($"the lock '{settings.Name}' with token {handle.Token} was lost while the command ran: {handle.LossReason}");
        return ExitCode.Lost;
    }

    /// <summary>The rest of <c>--at-least</c>. False: a signal ended it, or the lock is lost. Then it is left to its lease: to release it would let others in before the time.</summary>
    private async Task<bool> IsHeldOnAsync(ILockHandle handle, TimeSpan rest, CancellationToken interrupted)
    {
        if (rest <= TimeSpan.Zero)
        {
            return true;
        }

        reporter.Say("holding", report => report with { Reason = new Duration(rest).ToString() });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupted, handle.Lost);
        if (await end.Token.ForAsync(rest).ConfigureAwait(false))
        {
            return true;
        }

        await system.AbortAsync().ConfigureAwait(false);
        return false;
    }

    private async Task SayBusyAsync(CancellationToken interrupted)
    {
        try
        {
            var holder = await _lock.GetHolderAsync(interrupted).ConfigureAwait(false);
            reporter.Say("busy", report => report with { Holder = holder?.Owner, Token = holder?.Token });
        }
        catch (CoordinationException)
        {
            // Who it is, is only a courtesy.
            reporter.Say("busy");
        }
    }

    private Dictionary<string, string> Environment(ILockHandle handle)
    {
        var token = handle.Token.ToString(CultureInfo.InvariantCulture);
        return new Dictionary<string, string>
        {
            ["COORDINATION_LOCK"] = settings.Name,
            ["COORDINATION_TOKEN"] = token,
            ["COORDINATION_REVISION"] = token,
            ["COORDINATION_KEY"] = handle.Key.ToText(),
            ["COORDINATION_LEASE"] = handle.Lease.ToString(),
        };
    }
}
