namespace Coordination.Actors;

/// <summary>
/// Turns on the thread that asks for them, one message each, for an actor chosen among the ready ones by a seed.
/// The same seed and the same messages give the same turns. This type is the built-in runtime's own.
/// </summary>
/// <param name="seed">Chooses the order.</param>
public sealed class DeterministicDispatcher(int seed) : ActorDispatcher
{
    private readonly Lock _gate = new();
    private readonly List<IThreadPoolWorkItem> _ready = [];
    private readonly Random _choice = new(seed);

    /// <inheritdoc/>
    public override int Throughput => 1;

    /// <summary>How many turns there have been.</summary>
    public long Turns { get; private set; }

    /// <summary>A digest of all turns so far: which actor, in which order.</summary>
    public ulong TraceHash { get; private set; } = 14695981039346656037;

    /// <summary>Called with the path of the actor before each turn; for a readable trace.</summary>
    public Action<string>? OnTurn { get; init; }

    /// <inheritdoc/>
    public override void Schedule(IThreadPoolWorkItem actor)
    {
        lock (_gate) _ready.Add(actor);
    }

    /// <summary>Gives one actor its turn. False when none is ready.</summary>
    public bool RunOne()
    {
        if (Choose() is not { } actor) return false;
        Note(actor.ToString()!);
        actor.Execute();
        return true;
    }

    /// <summary>Gives turns until no actor is ready.</summary>
    /// <param name="maxTurns">A limit, against actors that never rest.</param>
    /// <exception cref="InvalidOperationException">The limit was reached.</exception>
    public void RunUntilIdle(long maxTurns = 10_000_000)
    {
        for (var left = maxTurns; RunOne(); left--)
        {
            if (left == 0) throw new InvalidOperationException($"The actors are not idle after {maxTurns} turns.");
        }
    }

    private IThreadPoolWorkItem? Choose()
    {
        lock (_gate)
        {
            if (_ready.Count == 0) return null;
            var index = _choice.Next(_ready.Count);
            var actor = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            return actor;
        }
    }

    private void Note(string actor)
    {
        Turns++;
        OnTurn?.Invoke(actor);
        foreach (var c in actor) TraceHash = (TraceHash ^ c) * 1099511628211;
    }
}
