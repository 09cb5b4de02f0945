using System.Collections.Concurrent;

namespace Coordination.Actors;

/// <summary>
/// Ends a system in order: phase after phase, the tasks of a phase in parallel, each phase bounded in time.
/// Settings: <c>akka.coordinated-shutdown</c> with <c>phases.NAME { depends-on, timeout, recover, enabled }</c>.
/// </summary>
public sealed partial class CoordinatedShutdown : IExtension
{
    /// <summary>The first phase.</summary>
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";

    /// <summary>Stop accepting new requests.</summary>
    public const string PhaseServiceUnbind = "service-unbind";

    /// <summary>Wait for requests in progress.</summary>
    public const string PhaseServiceRequestsDone = "service-requests-done";

    /// <summary>Final stop of services.</summary>
    public const string PhaseServiceStop = "service-stop";

    /// <summary>Before a cluster is left.</summary>
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";

    /// <summary>Shards are handed over.</summary>
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";

    /// <summary>The cluster is left.</summary>
    public const string PhaseClusterLeave = "cluster-leave";

    /// <summary>Singletons are handed over.</summary>
    public const string PhaseClusterExiting = "cluster-exiting";

    /// <summary>The exit is complete.</summary>
    public const string PhaseClusterExitingDone = "cluster-exiting-done";

    /// <summary>The cluster extension ends.</summary>
    public const string PhaseClusterShutdown = "cluster-shutdown";

    /// <summary>Before the actors stop.</summary>
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";

    /// <summary>The last phase: the actors stop.</summary>
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly IReadOnlyList<ShutdownPhase> _phases;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Name, Func<Task<Done>> Run)>> _tasks = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task<Done>? _run;

    internal CoordinatedShutdown(ExtendedActorSystem system)
    {
        System = system;
        _phases = ShutdownPhases.Read(system.Settings.Config);
        if (!system.Settings.Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system", true)) return;
        AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
        {
            await ((ActorSystemImpl)system).FinalTerminate().ConfigureAwait(false);
            return Done.Instance;
        });
    }

    /// <summary>The system.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>Why it was run; null before.</summary>
    public Reason? ShutdownReason { get; private set; }

    /// <summary>All timeouts of the phases that have tasks together.</summary>
    public TimeSpan TotalTimeout => _phases.Where(phase => _tasks.ContainsKey(phase.Name)).Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Timeout);

    /// <summary>The one of a system.</summary>
    public static CoordinatedShutdown Get(ActorSystem sys) => new CoordinatedShutdownExtension().Apply(sys);

    /// <summary>Adds a task to a phase. Tasks may be added to later phases while earlier ones run.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="taskName">A name for the log.</param>
    /// <param name="task">The task.</param>
    /// <exception cref="ConfigurationException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskName);
        ArgumentNullException.ThrowIfNull(task);
        _tasks.GetOrAdd(Phase(phase).Name, _ => new()).Enqueue((taskName, task));
    }

    /// <summary>How long a phase may take.</summary>
    public TimeSpan Timeout(string phase) => Phase(phase).Timeout;

    /// <summary>Runs all phases, or those from a given one. Only the first call does; all get the same task.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="fromPhase">The first phase to run; null for all.</param>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        var done = new TaskCompletionSource<Done>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_run is not null) return _run;
            _run = done.Task;
            ShutdownReason = reason;
        }

        var phases = fromPhase is null ? _phases : _phases.SkipWhile(phase => phase.Name != Phase(fromPhase).Name);
        _ = RunAsync([.. phases], done);
        return done.Task;
    }

    private async Task RunAsync(IReadOnlyList<ShutdownPhase> phases, TaskCompletionSource<Done> done)
    {
        try
        {
            foreach (var phase in phases.Where(phase => phase.IsEnabled)) await RunPhaseAsync(phase).ConfigureAwait(false);
            done.SetResult(Done.Instance);
        }
        catch (Exception failure)
        {
            System.Log.Error(failure, "Coordinated shutdown failed: {0}", failure.Message);
            done.SetException(failure);
        }
    }

    private async Task RunPhaseAsync(ShutdownPhase phase)
    {
        if (!_tasks.TryGetValue(phase.Name, out var tasks)) return;
        try
        {
            await Task.WhenAll(tasks.Select(task => RunTaskAsync(phase, task.Name, task.Run)))
                .WaitAsync(phase.Timeout, ((ActorSystemImpl)System).Time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (phase.Recover)
        {
            System.Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase.Name, phase.Timeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Coordinated shutdown phase [{phase.Name}] timed out after {phase.Timeout}");
        }
    }

    private async Task RunTaskAsync(ShutdownPhase phase, string name, Func<Task<Done>> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception failure) when (phase.Recover)
        {
            System.Log.Warning(failure, "Coordinated shutdown task [{0}] of phase [{1}] failed: {2}", name, phase.Name, failure.Message);
        }
    }

    private ShutdownPhase Phase(string name) => _phases.FirstOrDefault(phase => phase.Name == name)
        ?? throw new ConfigurationException($"Unknown phase [{name}], known phases [{string.Join(", ", _phases.Select(phase => phase.Name))}]. All phases must be defined in configuration.");
}
