using System.Collections.Immutable;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Joins the fragments of a large response of one watch. Revisions that are whole go out at once, so that no more than one revision is ever kept;
/// a revision is never split.
/// </summary>
internal sealed class WatchFragments
{
    private ImmutableArray<EtcdEvent>.Builder? _tail;

    /// <summary>The events that are whole with this response, none in a progress report; the default when more must come first.</summary>
    public ImmutableArray<EtcdEvent> Join(WatchResponse response)
    {
        if (_tail is null && !response.Fragment)
        {
            return [.. response.Events.Select(ProtoMapping.ToEvent)];
        }

        _tail ??= ImmutableArray.CreateBuilder<EtcdEvent>();
        _tail.AddRange(response.Events.Select(ProtoMapping.ToEvent));
        var whole = response.Fragment ? CountOfWholeRevisions(_tail) : _tail.Count;
        if (whole == 0 && response.Fragment)
        {
            return default;
        }

        var all = _tail.ToImmutable();
        _tail = response.Fragment ? all[whole..].ToBuilder() : null;
        return all[..whole];
    }

    // The last revision may go on in the next fragment.
    private static int CountOfWholeRevisions(ImmutableArray<EtcdEvent>.Builder events)
    {
        var count = events.Count;
        while (count > 0 && events[count - 1].Current.ModRevision == events[^1].Current.ModRevision)
        {
            count--;
        }

        return count;
    }
}
