using Coordination.Etcd;

namespace Coordination;

public sealed partial class CoordinationSystem
{
    /// <summary>
    /// A watch of one key (<c>"/config/feature"</c>), a prefix (<see cref="KeyRange.Prefix"/>) or a range. Enumerate it, or subscribe an actor to it. It needs no
    /// lease: it works also while the session has none.
    /// </summary>
    /// <param name="keys">The key or keys. A prefix ends with a delimiter, or <c>/web</c> also means <c>/web2</c>.</param>
    /// <param name="options">Where to begin, what to leave out, how much may wait. Default: begin with a snapshot.</param>
    /// <exception cref="ArgumentException">A key is empty, a range is empty or too long, or options are out of range.</exception>
    public KeyWatch Watch(KeyRange keys, KeyWatchOptions? options = null) => new(this, keys, options ?? new KeyWatchOptions());
}
