namespace Coordination.Actors;

/// <summary>Something of which a system has at most one.</summary>
public interface IExtension;

/// <summary>Finds and makes an extension.</summary>
public interface IExtensionId
{
    /// <summary>The type of the extension.</summary>
    Type ExtensionType { get; }

    /// <summary>The extension of a system; made at the first call.</summary>
    object Apply(ActorSystem system);

    /// <summary>The extension of a system; made at the first call.</summary>
    object Get(ActorSystem system);

    /// <summary>Makes the extension. Only the system calls it.</summary>
    object CreateExtension(ExtendedActorSystem system);
}

/// <summary>Finds and makes an extension.</summary>
public interface IExtensionId<out T> : IExtensionId where T : IExtension
{
    /// <summary>The extension of a system; made at the first call.</summary>
    new T Apply(ActorSystem system);

    /// <summary>The extension of a system; made at the first call.</summary>
    new T Get(ActorSystem system);

    /// <summary>Makes the extension. Only the system calls it.</summary>
    new T CreateExtension(ExtendedActorSystem system);
}
