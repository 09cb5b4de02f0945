namespace Coordination.Tests.Elections;

/// <summary>How much of what can go wrong a walk may contain. Every number is a budget, so that a walk ends.</summary>
internal sealed record ElectionWalkBudget
{
    /// <summary>The priorities of our candidates; one each.</summary>
    public int[] Priorities { get; init; } = [0, 0];

    /// <summary>Replies that the client never gets: told as an unknown outcome.</summary>
    public int Unknown { get; init; }

    /// <summary>Requests refused before they were sent.</summary>
    public int Refused { get; init; }

    /// <summary>Candidates of other programs that come.</summary>
    public int Foreigners { get; init; }

    /// <summary>Keys of ours that somebody deletes.</summary>
    public int Deletions { get; init; }

    /// <summary>Keys of ours that somebody overwrites, without a lease.</summary>
    public int Overwrites { get; init; }

    /// <summary>Leases of ours that somebody revokes.</summary>
    public int Revocations { get; init; }

    public int SessionLosses { get; init; }

    /// <summary>Times the claim on a lease gets so old that it is not good enough to lead on.</summary>
    public int Ageings { get; init; }

    /// <summary>Times a watch is compacted away and reads again.</summary>
    public int Resyncs { get; init; }

    public int Fallbacks { get; init; }

    public int Withdrawals { get; init; }

    public int Resignations { get; init; } = 1;

    public int Proclamations { get; init; }

    public int Transfers { get; init; }

    public int Wishes { get; init; }

    /// <summary>Without any of these, what etcd shows is our own doing.</summary>
    public bool HasVandals => Deletions > 0 || Overwrites > 0 || Revocations > 0;
}
