using System.Collections.Immutable;
using Coordination.Etcd;
using Step = (Coordination.Watches.WatchState State, System.Collections.Immutable.ImmutableArray<Coordination.Watches.WatchEffect> Effects);

namespace Coordination.Watches;

/// <summary>
/// The rules of a watch, pure. It resumes at the revision after the last one told; when that has been compacted it reads all keys and tells the
/// difference. Whatever ends a stream (an error, a clean end, a cancel by the server, a refusal) is answered with another attempt, by the backoff.
/// </summary>
internal static class WatchMachine
{
    public static Step Handle(WatchState state, WatchMessage message) => (state, message) switch
    {
        ({ Phase: WatchPhase.Idle }, WatchMessage.Start) => Begin(state),
        ({ Phase: WatchPhase.BackingOff }, WatchMessage.RetryDue) => Begin(state),
        ({ Phase: WatchPhase.Listing }, WatchMessage.Listed m) => OnListed(state, m.Result),
        ({ Phase: WatchPhase.Listing }, WatchMessage.ListFailed m) => BackOff(state, m.Error),
        ({ Phase: WatchPhase.Opening or WatchPhase.Live }, WatchMessage.Signalled m) when m.Generation == state.Generation => OnSignal(state, m.Signal),

        // Signals of an earlier stream, a late timer.
        _ => (state, []),
    };

    private static Step Begin(WatchState state) => state.Next == Revision.None && !state.FromNow
        ? (state with { Phase = WatchPhase.Listing }, [new WatchEffect.List()])
        : Open(state, []);

    private static Step Open(WatchState state, ImmutableArray<WatchEffect> before)
    {
        var generation = state.Generation + 1;
        return (
            state with { Phase = WatchPhase.Opening, Generation = generation },
            before.Add(new WatchEffect.Open(generation, state.Next)));
    }

    private static Step OnListed(WatchState state, GetResult result)
    {
        var revision = result.Header.Revision;
        var listed = ImmutableSortedDictionary.CreateRange(result.KeyValues.Select(kv => KeyValuePair.Create(kv.Key, kv)));
        WatchEvent told = state.HasSnapshot || state.Generation > 0
            ? new WatchEvent.Resynced(revision, result.KeyValues, Difference(state.Known, listed, revision))
            : new WatchEvent.Snapshot(revision, result.KeyValues);
        return Open(
            state with { Next = revision.Next, Known = listed, HasSnapshot = true, IsInterrupted = false },
            [new WatchEffect.Tell(told)]);
    }

    private static Step OnSignal(WatchState state, EtcdWatchSignal signal) => signal switch
    {
        EtcdWatchSignal.Created m => OnCreated(state, m.Header.Revision),
        EtcdWatchSignal.Changes m => OnChanges(state, m),
        EtcdWatchSignal.Progress m => (state with { Next = Later(state.Next, m.Header.Revision.Next) }, []),
        EtcdWatchSignal.Ended m => OnEnded(state, m.Cause),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Step OnCreated(WatchState state, Revision revision) => state.FromNow
        ? (state with { Phase = WatchPhase.Live, Failures = 0, IsInterrupted = false, FromNow = false, Next = revision.Next },
            [new WatchEffect.Tell(new WatchEvent.Started(revision))])
        : state.IsInterrupted
        ? (state with { Phase = WatchPhase.Live, Failures = 0, IsInterrupted = false }, [new WatchEffect.Tell(new WatchEvent.Resumed(revision))])
        : (state with { Phase = WatchPhase.Live, Failures = 0 }, []);

    private static Step OnChanges(WatchState state, EtcdWatchSignal.Changes m)
    {
        // Old servers repeat events; what was told is not told again.
        var fresh = m.Events.RemoveAll(e => e.Current.ModRevision < state.Next);
        if (fresh.IsEmpty)
        {
            return (state with { Failures = 0 }, []);
        }

        var known = state.Known.ToBuilder();
        foreach (var e in fresh)
        {
            if (e.IsDelete)
            {
                known.Remove(e.Current.Key);
            }
            else
            {
                known[e.Current.Key] = e.Current;
            }
        }

        var last = fresh[^1].Current.ModRevision;
        return (
            state with { Next = Later(state.Next, last.Next), Known = known.ToImmutable(), Failures = 0 },
            [new WatchEffect.Tell(new WatchEvent.Changed(last, fresh))]);
    }

    private static Step OnEnded(WatchState state, EtcdException cause) => cause.Kind == CoordinationErrorKind.Compacted
        ? BackOff(state with { Next = Revision.None, FromNow = false }, cause)
        : BackOff(state, cause);

    private static Step BackOff(WatchState state, EtcdException cause)
    {
        var failures = state.Failures + 1;
        ImmutableArray<WatchEffect> effects = [new WatchEffect.Close(), new WatchEffect.SetRetryTimer(failures)];
        return (
            state with { Phase = WatchPhase.BackingOff, Failures = failures, IsInterrupted = true },
            state.IsInterrupted ? effects : effects.Add(new WatchEffect.Tell(new WatchEvent.Interrupted(cause))));
    }

    private static ImmutableArray<EtcdEvent> Difference(
        ImmutableSortedDictionary<Bytes, KeyValue> before, ImmutableSortedDictionary<Bytes, KeyValue> after, Revision revision)
    {
        var events = ImmutableArray.CreateBuilder<EtcdEvent>();
        foreach (var (key, old) in before)
        {
            if (!after.ContainsKey(key))
            {
                // Synthetic: when exactly it was deleted is no longer known, only that it is gone at this revision.
                events.Add(new EtcdEvent(true, new KeyValue(key, Bytes.Empty, Revision.None, revision, 0, LeaseId.None), old));
            }
        }

        foreach (var (key, kv) in after)
        {
            var old = before.GetValueOrDefault(key);
            if (old?.ModRevision != kv.ModRevision)
            {
                events.Add(new EtcdEvent(false, kv, old));
            }
        }

        return events.ToImmutable();
    }

    private static Revision Later(Revision a, Revision b) => a > b ? a : b;
}
