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

    /// <summary>Confirmed; changes arrive.</summary>
    Live,

    /// <summary>Waiting before the next attempt.</summary>
    BackingOff,
}

/// <summary>The state of a watch.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Next">The first revision that is still to be told; none means that the keys must be read first.</param>
/// <param name="Known">The keys as they were told.</param>
/// <param name="HasSnapshot">Whether all keys were told once; if not, a re-read can only show what is there.</param>
/// <param name="Generation">Counts the streams; signals of earlier ones are ignored.</param>
/// <param name="Failures">Attempts that failed in a row.</param>
/// <param name="IsInterrupted">Whether the parent was told of an interruption that is not over.</param>
/// <param name="FromNow">Whether it is still to begin with whatever comes next, without a snapshot.</param>
internal sealed record WatchState(
    WatchPhase Phase,
    Revision Next,
    ImmutableSortedDictionary<Bytes, KeyValue> Known,
    bool HasSnapshot,
    long Generation,
    int Failures,
    bool IsInterrupted,
    bool FromNow = false)
{
    /// <summary>Begins at a revision, or (none) with a snapshot.</summary>
    public static WatchState StartingAt(Revision next) =>
        new(WatchPhase.Idle, next, ImmutableSortedDictionary<Bytes, KeyValue>.Empty, false, 0, 0, false);

    /// <summary>Begins with the next change, as soon as the server has taken the watch.</summary>
    public static WatchState StartingNow { get; } = StartingAt(Revision.None) with { FromNow = true };
}

/// <summary>What the actor shall do.</summary>
internal abstract record WatchEffect
{
    private WatchEffect()
    {
    }

    public sealed record List : WatchEffect;

    public sealed record Open(long Generation, Revision From) : WatchEffect;

    public sealed record Close : WatchEffect;

    public sealed record SetRetryTimer(int Failures) : WatchEffect;

    public sealed record Tell(WatchEvent Event) : WatchEffect;
}
