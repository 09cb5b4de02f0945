using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Watches;

/// <summary>What a watch is doing.</summary>
internal enum WatchPhase
{
    /// <summary>Not begun.</summary>
    Idle,

    /// <summary>Reading all keys.</summary>
    Listing,

    /// <summary>The watch was sent and is not confirmed yet.</summary>
    Opening,

    /// <summary>Asking whether etcd's history is still the one that was told.</summary>
    Checking,

    /// <summary>Confirmed; changes arrive.</summary>
    Live,

    /// <summary>Waiting before the next attempt.</summary>
    BackingOff,
}

/// <summary>The state of a watch.</summary>
/// <param name="Spec">What is watched.</param>
/// <param name="Phase">What it is doing.</param>
/// <param name="Next">The first revision that is still to be told; none means that the keys must be read first.</param>
/// <param name="Known">The keys as they were told, as far as they are known.</param>
/// <param name="IsWhole">Whether all keys are known; if not, a re-read can only show what is there.</param>
/// <param name="HasTold">Whether a snapshot was told, or a place in the history to go on from: after that nothing begins anew.</param>
/// <param name="Seen">The largest revision that the store is known to have had.</param>
/// <param name="Cluster">The cluster that all this is about; 0: not known yet.</param>
/// <param name="Pages">What was read so far, when the keys come in pages.</param>
/// <param name="PagesAt">The revision of these pages.</param>
/// <param name="PageSize">How many keys are asked for at a time.</param>
/// <param name="Reason">Why the keys have to be read again.</param>
/// <param name="Generation">Counts the streams; signals of earlier ones are ignored.</param>
/// <param name="Failures">Attempts in a row that failed, or did not last.</param>
/// <param name="Interruption">The interruption that was told and is not over.</param>
internal sealed record WatchState(
    WatchSpec Spec,
    WatchPhase Phase,
    Revision Next,
    WatchedKeys Known,
    bool IsWhole,
    bool HasTold,
    Revision Seen,
    ulong Cluster,
    ImmutableArray<KeyValue> Pages,
    Revision PagesAt,
    int PageSize,
    ResyncReason Reason,
    long Generation,
    int Failures,
    EtcdException? Interruption)
{
    /// <summary>A caller who begins at a revision has seen the one before it.</summary>
    public static WatchState For(WatchSpec spec) => new(
        spec, WatchPhase.Idle, spec.From, WatchedKeys.Empty, IsWhole: false, HasTold: spec.From != Revision.None,
        new Revision(Math.Max(0, spec.From.Value - 1)), 0, [], Revision.None, spec.PageSize, ResyncReason.Compacted, 0, 0, null);
}

/// <summary>What the actor shall do.</summary>
internal abstract record WatchEffect
{
    private WatchEffect()
    {
    }

    /// <summary>Read a page of keys, at a revision or (none) now.</summary>
    public sealed record List(KeyRange Keys, Revision At, int Limit) : WatchEffect;

    /// <summary>Ask etcd, linearizably, for nothing but its header.</summary>
    public sealed record Check : WatchEffect;

    public sealed record Open(long Generation, Revision From) : WatchEffect;

    public sealed record Close : WatchEffect;

    /// <summary>After a refusal the waits are longer: it was an answer, and is not likely to change soon.</summary>
    public sealed record SetRetryTimer(int Failures, bool IsRefused = false) : WatchEffect;

    public sealed record SetStableTimer(long Generation) : WatchEffect;

    public sealed record Tell(WatchEvent Event) : WatchEffect;
}
