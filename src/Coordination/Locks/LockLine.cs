using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>
/// The line of those who wait for a key: one ticket for each system, on its lease, under <c>{LockOptions.WaitersPrefix}{key, escaped}/</c>. Byte order is the
/// order of the line: the name begins with the place, which is the revision at which its owner first found the key taken. Tickets are advisory:
/// they say whose turn it is, and never who holds the lock.
/// </summary>
internal sealed class LockLine
{
    private readonly string _root;
    private readonly string _prefix;

    public LockLine(string root, Bytes key)
    {
        _root = root;
        _prefix = root + Escape(key) + "/";
        Everybody = KeyRange.Prefix(_prefix);
    }

    /// <summary>All tickets.</summary>
    public KeyRange Everybody { get; }

    /// <summary>The key of a ticket.</summary>
    public Bytes KeyOf(Revision place, LeaseId lease) =>
        string.Create(CultureInfo.InvariantCulture, $"{_prefix}{place.Value:x16}-{lease.Value:x16}");

    /// <summary>Where the system with this lease is told what concerns it.</summary>
    public Bytes InboxOf(LeaseId lease) => InboxOf(_root, lease);

    /// <summary>Where the system with this lease is told what concerns it. No line's prefix contains the sign.</summary>
    public static Bytes InboxOf(string root, LeaseId lease) => string.Create(CultureInfo.InvariantCulture, $"{root}@{lease.Value:x16}");

    /// <summary>The tickets before one; everybody when it has no place yet.</summary>
    public KeyRange Before(Revision? place, LeaseId lease) =>
        place is { } at ? KeyRange.Between(Everybody.Key, KeyOf(at, lease)) : Everybody;

    /// <summary>The tickets after one; everybody when it has no place.</summary>
    public KeyRange After(Revision? place, LeaseId lease) =>
        place is { } at ? KeyRange.Between(Following(KeyOf(at, lease)), Everybody.End) : Everybody;

    private static Bytes Following(Bytes key) => (byte[])[.. key.Span, 0];

    /// <summary>Every byte that is not a letter, a digit or one of <c>-_.~</c> as <c>%NN</c>: no key's line can reach into another's.</summary>
    private static string Escape(Bytes key)
    {
        var text = new System.Text.StringBuilder(key.Length + 16);
        foreach (var b in key.Span)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-_.~".Contains((char)b, StringComparison.Ordinal))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return text.ToString();
    }
}

/// <summary>Our ticket, or the one that is to be placed.</summary>
/// <param name="Attempt">The attempt under which the lock can be handed to it.</param>
/// <param name="Lease">The lease it lives on.</param>
/// <param name="Place">Its place in the order of the line.</param>
internal sealed record LockTicket(AttemptId Attempt, LeaseId Lease, Revision Place)
{
    /// <summary>Whether a request that puts it is under way: until that is answered, deleting it could come too early.</summary>
    public bool IsPending { get; init; }

    /// <summary>Whether placing it tells the one that it stands behind.</summary>
    public bool IsTelling { get; init; }

    /// <summary>The newest revision known when the line was asked for: no answer can be older, unless history was replaced.</summary>
    public Revision AskedAt { get; init; }

    /// <summary>Whether the watch on the key began since then, so that the answer may be from before it.</summary>
    public bool MustLookAgain { get; init; }

    /// <summary>Whether a read of the line is under way.</summary>
    public bool IsReading { get; init; }

    /// <summary>How often in a row it could not be placed, or the line not be read.</summary>
    public int Failures { get; init; }

    /// <summary>Counts the reads of the line, so that an older reply is not taken for a newer one.</summary>
    public int Reads { get; init; }

    /// <summary>Whether etcd showed the line with our ticket in it.</summary>
    public bool IsPlaced { get; init; }

    /// <summary>Whether <see cref="Ahead"/> and <see cref="Next"/> are known: no read of the line is under way.</summary>
    public bool IsLineKnown { get; init; }

    /// <summary>When it was placed, at the earliest; none when that is not known. Tickets after it are younger.</summary>
    public Time.Instant? PlacedAt { get; init; }

    /// <summary>Whose turn is right before ours; null when it is ours.</summary>
    public LineTicket? Ahead { get; init; }

    /// <summary>The revision at which that was so.</summary>
    public Revision SeenAt { get; init; }

    /// <summary>Whether the ticket ahead is watched.</summary>
    public bool IsAheadWatched { get; init; }

    /// <summary>Whose turn is right after ours.</summary>
    public LineTicket? Next { get; init; }

    /// <summary>Whether it is our turn.</summary>
    public bool IsFirst => IsPlaced && IsLineKnown && Ahead is null;
}

/// <summary>Somebody else's ticket. Without an attempt its value is not in our form, and the lock cannot be handed to it.</summary>
internal sealed record LineTicket(Bytes Key, Revision ModRevision, LeaseId Lease, string Owner, AttemptId? Attempt)
{
    /// <summary>Whether the lock can be handed to it.</summary>
    public bool IsOfOurForm => Attempt is not null && !Lease.IsNone;

    public LockNeighbour? Neighbour => Attempt is { } attempt && !Lease.IsNone ? new LockNeighbour(Lease, attempt) : null;
}

/// <summary>Somebody else who waits or holds, as far as it can be reached: through the inbox on its lease.</summary>
internal sealed record LockNeighbour(LeaseId Lease, AttemptId Attempt);
