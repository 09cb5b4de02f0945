namespace Coordination.Actors;

/// <summary>
/// A system on one thread, in virtual time, with all choices made by a seed: a run can be repeated exactly.
/// Code in it must take its time from <see cref="Time"/> and must not leave the thread. This type is the built-in runtime's own.
/// </summary>
public sealed class Simulation
{
    /// <summary>Starts a system.</summary>
    /// <param name="name">The name of the system.</param>
    /// <param name="seed">Makes all choices.</param>
    /// <param name="options">Anything else; clock, dispatcher and random numbers are the simulation's.</param>
    public Simulation(string name, int seed, BuiltInActorSystemOptions? options = null)
    {
        Dispatcher = new DeterministicDispatcher(seed);
        System = BuiltInActorSystem.Create(name, (options ?? new()) with { Dispatcher = Dispatcher, TimeProvider = Time, Random = new Random(seed) });
    }

    /// <summary>The system.</summary>
    public ActorSystem System { get; }

    /// <summary>Its clock.</summary>
    public VirtualTimeProvider Time { get; } = new();

    /// <summary>Its turns.</summary>
    public DeterministicDispatcher Dispatcher { get; }

    /// <summary>Gives turns until no actor is ready. Time stands still.</summary>
    public void Run() => Dispatcher.RunUntilIdle();

    /// <summary>Moves time forward, from timer to timer, and lets the actors come to rest after each.</summary>
    /// <param name="time">How far.</param>
    public void Run(TimeSpan time)
    {
        var end = Time.GetUtcNow() + time;
        Run();
        while (Time.NextTimer is { } next && next <= end)
        {
            Time.AdvanceToNextTimer();
            Run();
        }

        Time.AdvanceTo(end);
    }

    /// <summary>Terminates the system and runs it to its end. False when actors remain.</summary>
    public bool Terminate()
    {
        var terminated = System.Terminate();
        Run();
        return terminated.IsCompleted;
    }
}
