namespace Coordination.Tests.Locks;

/// <summary>How much of what can go wrong a walk may contain. Every number is a budget, so that a walk ends.</summary>
internal sealed record LockWalkBudget
{
    public int Acquires { get; init; } = 1;

    public int Tries { get; init; }

    /// <summary>Replies that the client never gets: told as an unknown outcome.</summary>
    public int Unknown { get; init; }

    /// <summary>Requests refused before they were sent.</summary>
    public int Refused { get; init; }

    public int ForeignPuts { get; init; }

    /// <summary>Blind writes over whatever is there.</summary>
    public int ForeignOverwrites { get; init; }

    public int ForeignDeletes { get; init; }

    /// <summary>Systems elsewhere that stand in line.</summary>
    public int Foreigners { get; init; }

    /// <summary>Tickets are too old for the lock to be handed over without a sign of life.</summary>
    public bool OldTickets { get; init; }

    /// <summary>Whether the machine has an inbox: then it is told when its turn comes, and watches the key only after a while.</summary>
    public bool Inbox { get; init; }

    public int SessionLosses { get; init; }

    /// <summary>Times the claim on the lease gets so old that it is not good enough for a grant.</summary>
    public int Ageings { get; init; }

    /// <summary>Times the watch is compacted away and reads again.</summary>
    public int Resyncs { get; init; }

    /// <summary>Times the actor fails and a successor takes over.</summary>
    public int Crashes { get; init; }

    public int Fallbacks { get; init; } = 1;

    public int Withdrawals { get; init; } = 1;

    public int MaxUnresolved { get; init; } = 8;
}
