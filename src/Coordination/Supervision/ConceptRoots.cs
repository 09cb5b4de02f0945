using System.Collections.Concurrent;

namespace Coordination.Supervision;

/// <summary>
/// The actors at the roots of the concepts, so that requests go straight to them. One that has failed is replaced; what is sent to it meanwhile is a dead letter, which
/// the supervisor sends on. Thread-safe.
/// </summary>
internal sealed class ConceptRoots
{
    private readonly ConcurrentDictionary<Type, IActorRef> _roots = [];

    /// <summary>Who sends requests on to roots that have not been started yet.</summary>
    public IActorRef Supervisor { get; set; } = ActorRefs.Nobody;

    public void Set(Type commands, IActorRef root) => _roots[commands] = root;

    /// <summary>Who is told commands of this type.</summary>
    public IActorRef Of<TCommand>() => _roots.GetValueOrDefault(typeof(TCommand), Supervisor);
}
