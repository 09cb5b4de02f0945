using System.Collections.Immutable;
using Coordination.Etcd;
using Step = (Coordination.Watches.WatchState State, System.Collections.Immutable.ImmutableArray<Coordination.Watches.WatchEffect> Effects);

namespace Coordination.Watches;

/// <summary>
/// The rules of a watch, pure. It resumes at the revision after the last one told; when that has been compacted it reads all keys and tells the
/// difference. Whatever ends a stream (an error, a clean end, a cancel by the server, a refusal) is answered with another attempt, by the backoff.
/// </summary>
internal static partial class WatchMachine
{
    public static Step Handle(WatchState state, WatchMessage message) => (state, message) switch
    {
        ({ Phase: WatchPhase.Idle }, WatchMessage.Start) => Begin(state),
        ({ Phase: WatchPhase.BackingOff }, WatchMessage.RetryDue) => Begin(state),
        ({ Phase: WatchPhase.Listing }, WatchMessage.Listed m) => OnListed(state, m.Result),
        ({ Phase: WatchPhase.Listing }, WatchMessage.ListFailed m) => OnListFailed(state, m.Error),
        ({ Phase: WatchPhase.Checking }, WatchMessage.Checked m) => OnChecked(state, m.Header),
        ({ Phase: WatchPhase.Checking }, WatchMessage.ListFailed m) => BackOff(state, m.Error),
        ({ Phase: WatchPhase.Opening or WatchPhase.Live }, WatchMessage.Signalled m) when m.Generation == state.Generation => OnSignal(state, m.Signal),
        ({ Phase: WatchPhase.Live }, WatchMessage.StableDue m) when m.Generation == state.Generation => (state with { Failures = 0 }, []),

        // Signals of an earlier stream, a late timer.
        _ => (state, []),
    };

    private static Step Begin(WatchState state) =>
        state is { Spec.FromNow: true, HasTold: false } ? Open(state, [])
        : state.Next == Revision.None ? List(state, Revision.None)
        : state is { Spec.ReadsBefore: true, IsWhole: false } ? List(state, new Revision(state.Next.Value - 1))
        : Open(state, []);

    private static Step Open(WatchState state, ImmutableArray<WatchEffect> before)
    {
        var generation = state.Generation + 1;
        return (
            state with { Phase = WatchPhase.Opening, Generation = generation },
            before.Add(new WatchEffect.Open(generation, state.Next)));
    }

    private static Step OnSignal(WatchState state, EtcdWatchSignal signal) => signal switch
    {
        EtcdWatchSignal.Created m => OnCreated(state, m.Header),
        EtcdWatchSignal.Changes m => OnChanges(state, m),
        EtcdWatchSignal.Progress m => (
            state with { Next = Later(state.Next, m.Header.Revision.Next), Seen = Later(state.Seen, m.Header.Revision), Failures = 0 }, []),
        EtcdWatchSignal.Ended m => OnEnded(state, m.Cause),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// A member whose revision is behind what was seen lags, or its history is another one: a stream on it would be silent for long, or tell things that
    /// do not belong to what was told. Which of the two it is, only a linearizable read can tell. The failures count on: a stream that is
    /// accepted and then cancelled at once must not become a hot loop.
    /// </summary>
    private static Step OnCreated(WatchState state, EtcdHeader header)
    {
        // What stands before an etcd may make up the answer for a watch that it serves from another one: without a cluster, its revision says nothing of the store.
        var isOfStore = header.ClusterId != 0 || state.Cluster == 0;
        if ((isOfStore && header.Revision < state.Seen) || IsOther(state.Cluster, header.ClusterId))
        {
            return (state with { Phase = WatchPhase.Checking }, [new WatchEffect.Close(), new WatchEffect.Check()]);
        }

        if (state is { Spec.FromNow: true, HasTold: false } && header.Revision == Revision.None)
        {
            return BackOff(state, new EtcdException(
                CoordinationErrorKind.ProtocolError, WriteOutcome.NotApplied, "A watch from now on was created without a word about the revision that it begins at"));
        }

        var effects = ImmutableArray<WatchEffect>.Empty;
        if (state.Failures > 0)
        {
            effects = effects.Add(new WatchEffect.SetStableTimer(state.Generation));
        }

        if (state is { Spec.FromNow: true, HasTold: false })
        {
            state = state with { Next = header.Revision.Next, HasTold = true };
            effects = effects.Add(new WatchEffect.Tell(new WatchEvent.Started(header.Revision)));
        }
        else if (state.Interruption is not null)
        {
            effects = effects.Add(new WatchEffect.Tell(new WatchEvent.Resumed(header.Revision)));
        }

        return (state with { Phase = WatchPhase.Live, Seen = Later(state.Seen, header.Revision), Cluster = Known(state.Cluster, header.ClusterId), Interruption = null }, effects);
    }

    private static Step OnChecked(WatchState state, EtcdHeader header) =>
        IsOther(state.Cluster, header.ClusterId) ? List(state with { Next = Revision.None, Reason = ResyncReason.ClusterChanged }, Revision.None)
        : header.Revision < state.Seen ? List(state with { Next = Revision.None, Reason = ResyncReason.HistoryReplaced }, Revision.None)
        : BackOff(state, new EtcdException(
            CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "The member that the watch was sent to lags behind, or belongs to another cluster"));

    private static Step OnChanges(WatchState state, EtcdWatchSignal.Changes m)
    {
        // Old servers repeat events; what was told is not told again.
        var fresh = m.Events.RemoveAll(e => e.Current.ModRevision < state.Next);
        if (fresh.IsEmpty)
        {
            return (state, []);
        }

        var last = fresh[^1].Current.ModRevision;
        var known = state.Known.Apply(last, fresh);
        return (
            state with { Next = last.Next, Known = known, Seen = Later(state.Seen, Later(last, m.Header.Revision)), Failures = 0 },
            [new WatchEffect.Tell(new WatchEvent.Changed(last, fresh) { State = known })]);
    }

    private static Step OnEnded(WatchState state, EtcdException cause) => cause.Kind == CoordinationErrorKind.Compacted
        ? BackOff(state with { Next = Revision.None, Reason = ResyncReason.Compacted }, cause)
        : BackOff(state, cause);

    private static Step BackOff(WatchState state, EtcdException cause)
    {
        var failures = state.Failures + 1;
        var isRefused = !cause.IsTransient && cause.Kind is not (CoordinationErrorKind.Compacted or CoordinationErrorKind.Stopped);
        ImmutableArray<WatchEffect> effects = [new WatchEffect.Close(), new WatchEffect.SetRetryTimer(failures, isRefused)];
        return (
            state with { Phase = WatchPhase.BackingOff, Failures = failures, Interruption = cause, Pages = [] },
            state.Interruption is not null ? effects : effects.Add(new WatchEffect.Tell(new WatchEvent.Interrupted(cause))));
    }

    private static bool IsOther(ulong known, ulong cluster) => known != 0 && cluster != 0 && known != cluster;

    private static ulong Known(ulong known, ulong cluster) => cluster == 0 ? known : cluster;

    private static Revision Later(Revision a, Revision b) => a > b ? a : b;
}
