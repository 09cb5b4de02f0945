using Coordination.Etcd;

namespace Coordination;

/// <summary>The watches of a system, to be injected where nothing else of it is needed. Implemented by <see cref="CoordinationSystem"/>. Thread-safe.</summary>
public interface IWatches
{
    /// <summary>A watch of one key, a prefix or a range. Enumerate it, or subscribe an actor to it.</summary>
    /// <param name="keys">The key or keys. A prefix ends with a delimiter, or <c>/web</c> also means <c>/web2</c>.</param>
    /// <param name="options">Where to begin, what to leave out, how much may wait. Default: begin with a snapshot.</param>
    /// <exception cref="ArgumentException">A key is empty, a range is empty or too long, or options are out of range.</exception>
    KeyWatch Watch(KeyRange keys, KeyWatchOptions? options = null);
}
