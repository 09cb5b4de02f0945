using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Coordination.Leases;
using Coordination.Supervision;
using Coordination.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Simulation;

/// <summary>
/// One process of a run: an actor system whose dispatchers and timers the world runs, and in it a coordination system that can be stopped for a while, killed
/// and started again. Actor systems are expensive to make, so they live on from run to run; nothing else does.
/// </summary>
internal sealed class SimProcess
{
    [ThreadStatic]
    private static SimProcess? _starting;

    private readonly List<IRunnable> _runnable = [];
    private readonly List<Action> _delayed = [];
    private readonly ActorSystem _actors;
    private World _world = new(0, isTraced: false);
    private LossAlarm? _alarm;
    private CoordinationContext? _context;

    public SimProcess(string name)
    {
        Name = name;
        Clock = new SimClock(() => _world, Deliver);
        _starting = this;
        _actors = ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              loggers = []
              log-dead-letters = off
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              scheduler.implementation = "{{typeof(SimScheduler).AssemblyQualifiedName}}"
              actor.default-dispatcher { executor = "{{typeof(SimExecutor.Configurator).AssemblyQualifiedName}}", throughput = 1 }
              actor.internal-dispatcher { executor = "{{typeof(SimExecutor.Configurator).AssemblyQualifiedName}}", throughput = 1 }
            }
            """));
        while (RunOne())
        {
        }
    }

    public static SimProcess Starting => _starting ?? throw new InvalidOperationException("No process is being started on this thread.");

    public string Name { get; }

    public SimClock Clock { get; }

    /// <summary>Whether it stands still, like a process that was stopped or a machine that is suspended. Its clock goes on.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Whether there is a coordination system in it now.</summary>
    public bool IsUp => _context is not null;

    public CoordinationContext Context => _context ?? throw new InvalidOperationException($"{Name} is down.");

    public SimClient? Client { get; private set; }

    /// <summary>Begins a run.</summary>
    public void Enter(World world, double clockRate)
    {
        _world = world;
        _delayed.Clear();
        IsStopped = false;
        Clock.Rate = clockRate;
    }

    public void Start(CoordinationOptions options, SimClient client)
    {
        Client = client;
        var clock = new MonotonicClock(Clock);
        _alarm = LossAlarm.Create(Clock);
        _context = new CoordinationContext(
            options with { TimeProvider = Clock }, client, clock, _alarm, NullLogger.Instance, new SessionView(), _world.Random);
        _context.Roots.Supervisor = _actors.ActorOf(CoordinationSupervisor.PropsFor(_context));
    }

    /// <summary>Ends it as a crash does: nothing is said any more.</summary>
    public void Kill()
    {
        Client!.Vanish();
        _actors.Stop(_context!.Roots.Supervisor);
        _alarm!.Dispose();
        _context.EtcdReturn.Dispose();
        (_context, _alarm) = (null, null);
    }

    public void Stop() => IsStopped = true;

    public void Continue()
    {
        IsStopped = false;
        foreach (var action in _delayed.ToList())
        {
            _world.After(TimeSpan.Zero, () => Deliver(action));
        }

        _delayed.Clear();
    }

    /// <summary>Something reaches this process: now, or when it goes on.</summary>
    public void Deliver(Action action)
    {
        if (IsStopped)
        {
            _delayed.Add(action);
        }
        else
        {
            action();
        }
    }

    /// <summary>Lets one of the actors that have something to do handle one message.</summary>
    public bool RunOne()
    {
        if (IsStopped || _runnable.Count == 0)
        {
            return false;
        }

        var index = _world.Random.Next(_runnable.Count);
        var next = _runnable[index];
        _runnable.RemoveAt(index);
        next.Run();
        return true;
    }

    public void Execute(IRunnable run) => _runnable.Add(run);
}
