using Coordination.Etcd;
using Step = (Coordination.Watches.WatchState State, System.Collections.Immutable.ImmutableArray<Coordination.Watches.WatchEffect> Effects);

namespace Coordination.Watches;

/// <summary>Reading the keys, page by page, all at the revision of the first page.</summary>
internal static partial class WatchMachine
{
    private static Step List(WatchState state, Revision at) => (
        state with { Phase = WatchPhase.Listing, Pages = [], PagesAt = at },
        [new WatchEffect.List(state.Spec.Keys, at, state.PageSize)]);

    private static Step OnListed(WatchState state, GetResult result)
    {
        var header = result.Header;
        if (state.PagesAt == Revision.None)
        {
            // The first page was a linearizable read of the newest: it says which history this is.
            state = state with { PagesAt = header.Revision, Reason = ReasonShown(state, header) };
        }
        else if (IsOther(state.Cluster, header.ClusterId))
        {
            return BackOff(state with { Next = Revision.None }, new EtcdException(
                CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "While the keys were read, another cluster answered"));
        }

        state = state with { Pages = state.Pages.AddRange(result.KeyValues), Cluster = Known(state.Cluster, header.ClusterId) };
        return result.More && !result.KeyValues.IsEmpty
            ? (state, [new WatchEffect.List(After(state.Spec.Keys, state.Pages[^1].Key), state.PagesAt, state.PageSize)])
            : OnAllListed(state, header);
    }

    private static ResyncReason ReasonShown(WatchState state, EtcdHeader header) =>
        IsOther(state.Cluster, header.ClusterId) ? ResyncReason.ClusterChanged
        : header.Revision < state.Seen ? ResyncReason.HistoryReplaced
        : state.Reason;

    private static Step OnAllListed(WatchState state, EtcdHeader header)
    {
        var at = state.PagesAt;
        var listed = WatchedKeys.From(at, state.Pages);
        var next = state with
        {
            Known = listed, IsWhole = !state.Spec.NoPuts, Seen = header.Revision, Pages = [],
        };
        if (state.Next != Revision.None)
        {
            // As it was before the first revision to tell: that is known now, and not told.
            return Open(next, [new WatchEffect.Tell(new WatchEvent.Based(listed))]);
        }

        WatchEvent told = state.HasTold
            ? new WatchEvent.Resynced(at, [.. state.Pages], state.Known.DifferenceTo(listed, state.Spec.NoPuts, state.Spec.NoDeletes))
            {
                Reason = state.Reason, IsComplete = state.IsWhole, State = listed,
            }
            : new WatchEvent.Snapshot(at, [.. state.Pages]) { State = listed };
        return Open(
            next with { Next = at.Next, HasTold = true, Reason = ResyncReason.Compacted, Interruption = null }, [new WatchEffect.Tell(told)]);
    }

    private static Step OnListFailed(WatchState state, EtcdException error) => error.Kind switch
    {
        // Too large for the client, not for etcd: fewer keys at a time.
        CoordinationErrorKind.TooLarge when state.PageSize > 1 => List(state with { PageSize = state.PageSize / 2 }, BeganAt(state)),

        // What was before the first revision to tell is gone, or was never there: the keys as they are now, and the reason.
        CoordinationErrorKind.Compacted when state.Next != Revision.None =>
            List(state with { Next = Revision.None, Reason = ResyncReason.Compacted }, Revision.None),
        CoordinationErrorKind.FutureRevision when state.Next != Revision.None =>
            List(state with { Next = Revision.None, Reason = ResyncReason.HistoryReplaced }, Revision.None),
        _ => BackOff(state, error),
    };

    private static Revision BeganAt(WatchState state) => state.Next == Revision.None ? Revision.None : new Revision(state.Next.Value - 1);

    private static KeyRange After(KeyRange keys, Bytes last) => KeyRange.Between((byte[])[.. last.Span, 0], keys.End);
}
