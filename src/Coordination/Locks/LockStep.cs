using System.Collections.Immutable;

namespace Coordination.Locks;

/// <summary>The outcome of a step of the machine: the next state and what is to be done, in order.</summary>
internal readonly record struct LockStep(LockState State, ImmutableArray<LockEffect> Effects)
{
    public static implicit operator LockStep(LockState state) => new(state, []);

    /// <summary>Adds something to be done.</summary>
    public LockStep Do(LockEffect effect) => this with { Effects = Effects.Add(effect) };

    /// <summary>Adds several things to be done.</summary>
    public LockStep Do(IEnumerable<LockEffect> effects) => this with { Effects = Effects.AddRange(effects) };

    /// <summary>Goes on from the state reached.</summary>
    public LockStep Then(Func<LockState, LockStep> next)
    {
        var step = next(State);
        return step with { Effects = Effects.AddRange(step.Effects) };
    }
}
