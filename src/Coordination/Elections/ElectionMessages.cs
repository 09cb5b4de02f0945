using Coordination.Etcd;

namespace Coordination;

/// <summary>The leader of an election, as its key shows it. Already old when it is read.</summary>
/// <param name="Key">The key of its candidacy: the election's name, '/', and its lease in hexadecimal.</param>
/// <param name="Value">What it proclaims.</param>
/// <param name="Term">The create revision of its key: larger than that of every leader before.</param>
/// <param name="Revision">The revision of its latest proclamation.</param>
/// <param name="Lease">The lease that the key lives on; none means that it stays until somebody deletes it.</param>
public sealed record ElectionLeader(Bytes Key, Bytes Value, long Term, long Revision, LeaseId Lease);

/// <summary>The leader of an election, or what it proclaims, has changed. Actors of the host that subscribe get this too.</summary>
/// <param name="Election">The name of the election.</param>
/// <param name="Leader">The leader; null: there is none.</param>
/// <param name="Revision">The revision of etcd at which this was true.</param>
public sealed record LeaderChanged(string Election, ElectionLeader? Leader, long Revision)
{
    /// <summary>How many changes before this one were skipped because the observer was slow.</summary>
    public int Skipped { get; init; }
}

/// <summary>A candidate of an election. Already old when it is read.</summary>
/// <param name="Key">The key of its candidacy.</param>
/// <param name="Value">What it proclaims, or will proclaim.</param>
/// <param name="CreateRevision">Its place: the smallest leads.</param>
/// <param name="Lease">Its lease.</param>
/// <param name="Name">Its name, which a transfer can use; null for a candidate of another program.</param>
/// <param name="Priority">A larger one is preferred; 0 for a candidate of another program.</param>
public sealed record ElectionCandidate(Bytes Key, Bytes Value, long CreateRevision, LeaseId Lease, string? Name, int Priority);

/// <summary>How a transfer of the leadership ended.</summary>
public enum TransferOutcome
{
    /// <summary>The target leads, or will as soon as it has looked. This leadership is over.</summary>
    Transferred,

    /// <summary>There is no candidate of that name. Nothing has changed.</summary>
    NoSuchCandidate,

    /// <summary>A candidate of another program stands before the target, and cannot step back. Nothing has changed.</summary>
    ForeignBetween,

    /// <summary>The line changed or etcd did not answer while the transfer was made: this leadership is over, and the next in line leads.</summary>
    Resigned,
}
