using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Supervision;
using Coordination.Time;

namespace Coordination;

/// <summary>
/// The entry point: one session with etcd, embedded in a service, with the locks that live on it. Thread-safe; a process usually has one.
/// Starting does not wait for etcd: while etcd is away requests wait or fail, each by its own timeout, and everything resumes by itself.
/// </summary>
public sealed partial class CoordinationSystem : IAsyncDisposable
{
    private readonly CoordinationContext _context;
    private readonly ActorSystem _actors;
    private readonly bool _ownsActors;
    private readonly bool _ownsEtcd;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private readonly PoolWatch? _pool;
    private IActorRef? _actor;
    private Task? _ending;

    private CoordinationSystem(CoordinationOptions options, IEtcdClient? etcd, ActorSystem? host, bool endsWithHost)
    {
        _ownsEtcd = etcd is null;
        _ownsActors = host is null;
        _context = new CoordinationContext(
            options,
            etcd ?? new EtcdClient(options.Etcd with { TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory }),
            new MonotonicClock(options.TimeProvider),
            LossAlarm.Create(options.TimeProvider),
            options.LoggerFactory.CreateLogger("Coordination"),
            new SessionView());
        _pool = _context.LossAlarm is ThreadLossAlarm ? PoolWatch.Start(_context.Log) : null;
        _actors = host ?? OwnActorSystem.Create(options);
        Supervisor = _context.Roots.Supervisor = _actors.ActorOf(CoordinationSupervisor.PropsFor(_context));
        LiveSystems.Add(_context);
        if (host is not null && endsWithHost)
        {
            EndWith(host);
        }

        _context.Log.SystemStarted(options.Name, string.Join(", ", _context.Etcd.Endpoints));
    }

    /// <summary>The etcd client that the system uses.</summary>
    public IEtcdClient Etcd => _context.Etcd;

    /// <summary>The options in force: a copy of what it was started with. Do not rely on the effect of changing it.</summary>
    public CoordinationOptions Options => _context.Options;

    /// <summary>Whether the session lease is held now. While it is not, nothing can be acquired.</summary>
    public bool IsReady => _context.Session.Lease is not null;

    /// <summary>The session lease, or none.</summary>
    public LeaseId SessionLease => _context.Session.Lease?.Id ?? LeaseId.None;

    internal IActorRef Supervisor { get; }

    internal ConceptRoots Roots => _context.Roots;

    internal SystemMetrics Metrics => _context.Metrics;

    internal Microsoft.Extensions.Logging.ILogger Log => _context.Log;

    /// <summary>Cancelled when the system has stopped: nobody answers any more.</summary>
    internal CancellationToken Stopped => _stopped.Token;

    /// <summary>Starts a system.</summary>
    /// <param name="options">Options; one exception names all problems.</param>
    /// <param name="etcd">A client to use, which is not disposed; null: one is created from the options.</param>
    /// <param name="host">
    /// The host's actor system to live in, which is not terminated; null: one is created. When the host's shuts down (coordinated shutdown), this system ends with it:
    /// registrations leave in phase <c>service-unbind</c>, everything else is given back in <c>service-stop</c>.
    /// </param>
    /// <exception cref="ArgumentException">Options are out of range.</exception>
    public static CoordinationSystem Start(CoordinationOptions options, IEtcdClient? etcd = null, ActorSystem? host = null) =>
        StartIn(host, options, etcd, endsWithHost: true);

    /// <summary>Starts a system that ends with its host, or when whoever started it says so.</summary>
    /// <exception cref="ArgumentException">Options are out of range.</exception>
    internal static CoordinationSystem StartIn(ActorSystem? host, CoordinationOptions options, IEtcdClient? etcd, bool endsWithHost)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionProblems.ThrowIfAny("The coordination options", options.Validate(), nameof(options));
        return new CoordinationSystem(options.Copy(), etcd, host, endsWithHost);
    }

    /// <inheritdoc/>
    public ILock Lock(string name, DistributedLockOptions? options = null) => new DistributedLock(this, name, options);

    /// <summary>Waits until the session lease is held.</summary>
    /// <param name="timeout">How long to wait, from 0 to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CoordinationException">
    /// It was not held within <paramref name="timeout"/>, and the message names the endpoints and the cause; or the system has stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowIfStopped();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopped);
        try
        {
            await _context.Session.Opened.WaitAsync(timeout, _context.Clock.Provider, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HasStopped();
        }
        catch (TimeoutException)
        {
            var cause = _context.Session.LastError;
            throw new CoordinationException(
                (cause as CoordinationException)?.Kind ?? CoordinationErrorKind.Unavailable,
                $"etcd cannot be used within {timeout.TotalSeconds:0.###} s{EndpointText.Beside(cause?.Message, Etcd.Endpoints)}: "
                + (cause?.Message ?? "no answer to the grant of a lease"),
                cause);
        }
    }

    /// <summary>Waits as long as the options say a host waits at its start.</summary>
    /// <exception cref="CoordinationException">The session lease was not held within <see cref="CoordinationOptions.StartTimeout"/>.</exception>
    internal Task WaitForStartAsync(CancellationToken cancellationToken) =>
        Options.StartTimeout > TimeSpan.Zero ? WaitUntilReadyAsync(Options.StartTimeout, cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Gives everything back in order: waiting requests fail, locks are released, the lease is revoked, connections are closed. Bounded by
    /// <see cref="CoordinationOptions.StopTimeout"/>; idempotent; does not throw.
    /// </summary>
    public ValueTask DisposeAsync() => new(EndOnce(StopAsync));

    /// <summary>Stops as a crash would: nothing is released or revoked; locks stay in etcd until the lease runs out. For tests and demonstrations.</summary>
    internal Task AbortAsync() => EndOnce(CrashAsync);

    /// <summary>Starts an actor that acts in the name of somebody outside and ends by itself.</summary>
    /// <exception cref="CoordinationException">The system has stopped.</exception>
    internal IActorRef StartErrand(Props errand)
    {
        ThrowIfStopped();
        return _actors.ActorOf(errand);
    }

    /// <summary>Sends a request to the actors and awaits its one answer, without a timeout of its own: the actor sees to that.</summary>
    /// <param name="message">The request.</param>
    /// <param name="actor">Whom to ask; null: the supervisor, which knows who is responsible.</param>
    /// <exception cref="CoordinationException">The system has stopped.</exception>
    internal Task<T> AskAsync<T>(object message, IActorRef? actor = null) => ReplyRef<T>.AskAsync(this, actor ?? Supervisor, message);

    /// <summary>Asks etcd past the actors, for a reader outside.</summary>
    /// <exception cref="CoordinationException">It failed; the system has stopped.</exception>
    internal async Task<T> AskEtcdAsync<T>(Func<IEtcdClient, Task<T>> question)
    {
        try
        {
            return Stopped.IsCancellationRequested ? throw HasStopped() : await question(Etcd).ConfigureAwait(false);
        }
        catch (Exception error) when (Stopped.IsCancellationRequested && (error is ObjectDisposedException or EtcdException))
        {
            throw HasStopped();
        }
    }

    /// <exception cref="CoordinationException">The system has stopped.</exception>
    internal void ThrowIfStopped()
    {
        if (Stopped.IsCancellationRequested)
        {
            throw HasStopped();
        }
    }

    internal CoordinationException HasStopped() =>
        new(CoordinationErrorKind.Stopped, $"The coordination system '{Options.Name}' has stopped.");

    /// <summary>There is one end, and everybody who asks for it awaits the same.</summary>
    private Task EndOnce(Func<Task> end)
    {
        lock (_lock)
        {
            return _ending ??= end();
        }
    }

    private async Task StopAsync()
    {
        try
        {
            await Supervisor.Ask<SupervisorCommand.Done>(new SupervisorCommand.Stop(), _context.Options.StopTimeout).ConfigureAwait(false);
        }
        catch (Exception error) when (error is AskTimeoutException or TimeoutException or OperationCanceledException)
        {
            // What could not be given back in time runs out with the lease.
            _actors.Stop(Supervisor);
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CrashAsync()
    {
        _context.Session.Lease?.Lose(LossReason.Aborted);
        if (_ownsEtcd)
        {
            await _context.Etcd.DisposeAsync().ConfigureAwait(false);
        }

        _actors.Stop(Supervisor);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        LiveSystems.Remove(_context);
        await _stopped.CancelAsync().ConfigureAwait(false);
        if (_ownsActors)
        {
            await TerminateActorsAsync().ConfigureAwait(false);
        }

        if (_ownsEtcd)
        {
            await _context.Etcd.DisposeAsync().ConfigureAwait(false);
        }

        _context.EtcdReturn.Dispose();
        _context.LossAlarm.Dispose();
        _pool?.Dispose();
        _context.Log.SystemStopped(_context.Options.Name);
    }

    private async Task TerminateActorsAsync()
    {
        try
        {
            await _actors.Terminate().WaitAsync(_context.Options.StopTimeout, _context.Clock.Provider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // An actor hangs. The end is bounded; what it still holds runs out with the lease.
        }
    }
}
