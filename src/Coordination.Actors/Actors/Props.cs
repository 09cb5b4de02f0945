using System.Linq.Expressions;
using System.Reflection;

namespace Coordination.Actors;

/// <summary>The recipe of an actor: its type, the arguments of its constructor and its supervision. Immutable.</summary>
public class Props : IEquatable<Props>
{
    private readonly IIndirectActorProducer _producer;

    private Props(IIndirectActorProducer producer, object?[] arguments, SupervisorStrategy? strategy) =>
        (_producer, Arguments, SupervisorStrategy) = (producer, arguments!, strategy);

    /// <summary>The recipe of an actor that handles nothing.</summary>
    public static Props Empty { get; } = Create<EmptyActor>();

    /// <summary>No recipe.</summary>
    public static readonly Props? None;

    /// <summary>The type of the actor.</summary>
    public Type Type => _producer.ActorType;

    /// <summary>The name of the type.</summary>
    public string TypeName => Type.AssemblyQualifiedName ?? Type.Name;

    /// <summary>The arguments of the constructor.</summary>
    public object[] Arguments { get; }

    /// <summary>The strategy that overrides the actor's own, or null.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; protected set; }

    /// <summary>A recipe from a type and the arguments of its constructor.</summary>
    public static Props Create<TActor>(params object[] args) where TActor : ActorBase => Create(typeof(TActor), args);

    /// <summary>A recipe from a type, the arguments of its constructor given at run time.</summary>
    public static Props Create(Type type, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new Props(new ReflectionProducer(type, args), args, null);
    }

    /// <summary>A recipe from a type with its supervision.</summary>
    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy) where TActor : ActorBase, new() =>
        Create(typeof(TActor)).WithSupervisorStrategy(supervisorStrategy);

    /// <summary>A recipe from a <c>() =&gt; new TActor(…)</c>. The arguments are evaluated now, once.</summary>
    /// <exception cref="ArgumentException">The expression is not a call of a constructor.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null) where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        var (constructor, args) = FactoryExpression.Read(factory);
        IIndirectActorProducer producer = constructor is null
            ? new ReflectionProducer(typeof(TActor), args)
            : new ConstructorProducer(typeof(TActor), constructor, args);
        return new Props(producer, args, supervisorStrategy);
    }

    /// <summary>A recipe that asks a producer for each instance.</summary>
    public static Props CreateBy(IIndirectActorProducer producer, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(producer);
        return new Props(producer, args, null);
    }

    /// <summary>A recipe that asks a producer of the given type, made with the arguments, for each instance.</summary>
    public static Props CreateBy<TProducer>(params object[] args) where TProducer : class, IIndirectActorProducer =>
        CreateBy((IIndirectActorProducer)Activator.CreateInstance(typeof(TProducer), BindingFlags.DoNotWrapExceptions, null, args, null)!, args);

    /// <summary>The same recipe with a strategy that overrides the actor's own.</summary>
    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(_producer, Arguments, supervisorStrategy);

    /// <summary>Makes a new instance. Only the runtime calls it, on the actor's turn.</summary>
    public virtual ActorBase NewActor() => _producer.Produce();

    internal void Release(ActorBase actor) => _producer.Release(actor);

    /// <inheritdoc/>
    public bool Equals(Props? other) =>
        other is not null && Type == other.Type && Arguments.SequenceEqual(other.Arguments) && Equals(SupervisorStrategy, other.SupervisorStrategy);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Props);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Arguments.Length);

    private sealed class EmptyActor : ActorBase
    {
        protected override bool Receive(object message) => false;
    }
}
