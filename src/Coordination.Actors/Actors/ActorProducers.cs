using System.Reflection;

namespace Coordination.Actors;

/// <summary>Makes actors from a type and arguments: the constructor is chosen by the arguments at the first use.</summary>
internal sealed class ReflectionProducer(Type type, object?[] args) : IIndirectActorProducer
{
    private const BindingFlags Constructors =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.CreateInstance | BindingFlags.DoNotWrapExceptions;

    public Type ActorType => type;

    public ActorBase Produce() => (ActorBase)Activator.CreateInstance(type, Constructors, null, args, null)!;

    public void Release(ActorBase actor) { }
}

/// <summary>Makes actors with a known constructor.</summary>
internal sealed class ConstructorProducer(Type type, ConstructorInfo constructor, object?[] args) : IIndirectActorProducer
{
    private readonly ConstructorInvoker _invoker = ConstructorInvoker.Create(constructor);

    public Type ActorType => type;

    public ActorBase Produce() => (ActorBase)_invoker.Invoke(args.AsSpan());

    public void Release(ActorBase actor) { }
}
