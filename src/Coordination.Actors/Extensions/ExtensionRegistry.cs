using System.Collections.Concurrent;

namespace Coordination.Actors;

/// <summary>The extensions of a system, each made once.</summary>
internal sealed class ExtensionRegistry(ExtendedActorSystem system)
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();

    public object Register(IExtensionId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _extensions.GetOrAdd(id.ExtensionType, _ => new Lazy<object>(() => id.CreateExtension(system))).Value;
    }

    public bool TryGet(Type type, out object? extension)
    {
        extension = _extensions.TryGetValue(type, out var lazy) ? lazy.Value : null;
        return extension is not null;
    }
}
