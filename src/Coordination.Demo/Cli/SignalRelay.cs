using System.Runtime.InteropServices;

namespace Coordination.Demo.Cli;

/// <summary>
/// Signals of this process: SIGINT and SIGTERM ask it to stop, and are what its command is stopped with; SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on to the
/// command, and ask to stop while there is none. Thread-safe.
/// </summary>
internal sealed class SignalRelay : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _lock = new();
    private GuardedProcess? _command;

    /// <summary>Cancelled when this process is asked to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>What the command is stopped with: what this process was asked to stop with, or SIGTERM.</summary>
    public int StopSignal { get; private set; } = UnixSignal.Terminate;

    /// <summary>Takes the signals of this process, from now on.</summary>
    public SignalRelay Listen()
    {
        Register(PosixSignal.SIGINT, UnixSignal.Interrupt, asksToStop: true);
        Register(PosixSignal.SIGTERM, UnixSignal.Terminate, asksToStop: true);
        if (!OperatingSystem.IsWindows())
        {
            Register(PosixSignal.SIGHUP, UnixSignal.HangUp, asksToStop: false);
            Register(PosixSignal.SIGQUIT, UnixSignal.Quit, asksToStop: false);
            Register((PosixSignal)UnixSignal.User1, UnixSignal.User1, asksToStop: false);
            Register((PosixSignal)UnixSignal.User2, UnixSignal.User2, asksToStop: false);
        }

        return this;
    }

    /// <summary>Signals go to this command until the result is disposed.</summary>
    public IDisposable PassTo(GuardedProcess command)
    {
        lock (_lock)
        {
            _command = command;
            return new Passing(this);
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stopping.Dispose();
    }

    private void Register(PosixSignal signal, int number, bool asksToStop) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        lock (_lock)
        {
            // Asked again: the command hears it again; the first time whoever runs it sees to that, and to the grace period.
            if (_command is { } command && (!asksToStop || _stopping.IsCancellationRequested))
            {
                command.Send(number);
                return;
            }

            StopSignal = number;
        }

        _stopping.Cancel();
    }));

    private sealed class Passing(SignalRelay relay) : IDisposable
    {
        public void Dispose()
        {
            lock (relay._lock)
            {
                relay._command = null;
            }
        }
    }
}
