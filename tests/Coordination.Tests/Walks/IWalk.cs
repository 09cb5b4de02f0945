namespace Coordination.Tests.Walks;

/// <summary>
/// Machines and a small model of what surrounds them, in which everything that can happen next is a move. It checks the promises of the machines itself, and
/// throws a <see cref="WalkException"/> when one is broken.
/// </summary>
internal interface IWalk<TWalk>
    where TWalk : IWalk<TWalk>
{
    TWalk Clone();

    /// <summary>Everything that can happen next.</summary>
    IEnumerable<WalkMove<TWalk>> Moves();

    /// <summary>Two walks with the same fingerprint go on alike.</summary>
    string Fingerprint();

    /// <summary>The state of the machines, for people.</summary>
    string Describe();
}

/// <summary>One thing that can happen next.</summary>
internal sealed record WalkMove<TWalk>(string Name, Action<TWalk> Do);

/// <summary>The promise of the machine that was broken, and when.</summary>
internal sealed class WalkException(string promise) : Exception(promise);
