using Etcdserverpb;
using Mvccpb;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>What one watch has seen.</summary>
internal sealed class WatchHistory(long id)
{
    public long Id { get; } = id;

    public List<Event> Events { get; } = [];

    /// <summary>The answer that ended the watch.</summary>
    public string? End { get; set; }

    public long LastRevision => Events.Count == 0 ? 0 : Events[^1].Kv.ModRevision;

    /// <summary>A revision must not be torn over several responses.</summary>
    public bool IsTorn { get; private set; }

    public void Add(WatchResponse response)
    {
        IsTorn |= Events.Count > 0 && response.Events[0].Kv.ModRevision == LastRevision;
        Events.AddRange(response.Events);
    }
}
