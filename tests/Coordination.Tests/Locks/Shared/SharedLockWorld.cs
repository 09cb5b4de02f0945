using Coordination.Locks.Shared;

namespace Coordination.Tests.Locks.Shared;

/// <summary>What a walk is about, and how much of what can go wrong it may contain. Every number is a budget, so that a walk ends.</summary>
internal sealed record SharedLockWorld(SharedKind Kind, params SharedAsk[] Asks)
{
    /// <summary>Requests of each system; each may be any of the asks.</summary>
    public int Acquires { get; init; } = 1;

    public int Tries { get; init; }

    public int Systems { get; init; } = 2;

    /// <summary>Replies that the client never gets: told as an unknown outcome.</summary>
    public int Unknown { get; init; }

    /// <summary>Requests refused before they were sent.</summary>
    public int Refused { get; init; }

    public int Deletes { get; init; }

    public int Overwrites { get; init; }

    public int SessionLosses { get; init; }

    /// <summary>Times the claim on a lease gets so old that it is not good enough to let somebody in.</summary>
    public int Ageings { get; init; }

    /// <summary>Times a watch misses what it should have shown.</summary>
    public int Cuts { get; init; }

    public int Fallbacks { get; init; }

    public int Withdrawals { get; init; }

    /// <summary>Times an actor fails and is followed by one that knows nothing.</summary>
    public int Crashes { get; init; }

    public int MaxInLine { get; init; } = 8;

    public int MaxUnresolved { get; init; } = 8;
}
