using System.Collections.Immutable;

namespace Coordination.Discovery.Registration;

/// <summary>The outcome of a step of the machine: the next state and what is to be done, in order.</summary>
internal readonly record struct RegistrarStep(RegistrarState State, ImmutableArray<RegistrarEffect> Effects)
{
    public static implicit operator RegistrarStep(RegistrarState state) => new(state, []);

    /// <summary>Adds something to be done.</summary>
    public RegistrarStep Do(RegistrarEffect effect) => this with { Effects = Effects.Add(effect) };

    /// <summary>Adds several things to be done.</summary>
    public RegistrarStep Do(IEnumerable<RegistrarEffect> effects) => this with { Effects = Effects.AddRange(effects) };

    /// <summary>Goes on from the state reached.</summary>
    public RegistrarStep Then(Func<RegistrarState, RegistrarStep> next)
    {
        var step = next(State);
        return step with { Effects = Effects.AddRange(step.Effects) };
    }
}
