namespace Coordination.Tests.Journal;

/// <summary>What is written in a world of the journal, and what may go wrong in it.</summary>
/// <param name="Writes">The keys of each write, one letter for each; spaces between the writes.</param>
internal sealed record JournalWalkWorld(string Writes)
{
    /// <summary>So many requests, or their replies, are given up. They may still be applied at any time.</summary>
    public int Losses { get; init; }

    /// <summary>So many requests are refused by a member that cannot serve them.</summary>
    public int Refusals { get; init; }

    /// <summary>So often somebody deletes the fence.</summary>
    public int Deletions { get; init; }

    /// <summary>The lease may end.</summary>
    public bool Ends { get; init; }

    /// <summary>The permission for the fence is never there.</summary>
    public bool IsBarred { get; init; }

    /// <summary>The permission for the fence may be taken away.</summary>
    public bool MayBeBarred { get; init; }

    /// <summary>etcd refuses this write, and everything that is sent with it; -1: none.</summary>
    public int Poisoned { get; init; } = -1;

    /// <summary>Batches under way at a time.</summary>
    public int InFlight { get; init; } = 2;

    /// <summary>Writes in a batch.</summary>
    public int Together { get; init; } = 2;
}
