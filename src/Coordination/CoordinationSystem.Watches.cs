using Coordination.Etcd;

namespace Coordination;

/// <content>Watches.</content>
public sealed partial class CoordinationSystem
{
    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent> Watch(KeyRange keys, KeyWatchOptions? options = null) => new KeyWatch(this, keys, options ?? new KeyWatchOptions());
}
