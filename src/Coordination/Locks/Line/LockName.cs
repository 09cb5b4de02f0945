using System.Globalization;
using System.Text;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>What a lock is.</summary>
internal enum LockForm
{
    /// <summary>One holder, on the key that is the lock's name.</summary>
    Mutex,

    /// <summary>Many readers or one writer.</summary>
    ReaderWriter,

    /// <summary>A number of permits.</summary>
    Semaphore,
}

/// <summary>Identifies one request for a lock within this process.</summary>
internal readonly record struct LockRequestId(long Value)
{
    private static long _last;

    public static LockRequestId Next() => new(Interlocked.Increment(ref _last));
}

/// <summary>Identifies one attempt to get a lock, everywhere and for ever: it is in the value that is put, or in the key of an entry.</summary>
internal readonly record struct AttemptId(Guid Value)
{
    public static AttemptId New(Random random)
    {
        Span<byte> id = stackalloc byte[16];
        random.NextBytes(id);
        return new AttemptId(new Guid(id));
    }

    /// <summary>The id that a text shows, or null when it shows none.</summary>
    public static AttemptId? Parse(string? text) => Guid.TryParseExact(text, "N", out var id) ? new AttemptId(id) : null;

    public override string ToString() => Value.ToString("N");
}

/// <summary>
/// A lock as this system sees it. A mutex with a lease of its own does not live on the session's: the same name on two leases is two contenders. Keys of reader-writer
/// locks and semaphores: each who wants in has an entry, one key on its session's lease, under the folder of its mode, the lease's id and the id of the attempt.
/// <code>
/// &lt;name&gt;/rwlock/writers/&lt;lease&gt;/&lt;attempt&gt;    &lt;name&gt;/rwlock/readers/&lt;lease&gt;/&lt;attempt&gt;    &lt;name&gt;/semaphore/&lt;lease&gt;/&lt;attempt&gt;
/// </code>
/// </summary>
internal sealed record LockName(LockForm Form, string Name, TimeSpan? OwnTtl = null)
{
    /// <summary>How much longer than it may be claimed the lease of its own lives.</summary>
    public TimeSpan OwnDelay { get; init; }

    /// <summary>The key of a mutex.</summary>
    public Bytes Key { get; } = Name;

    /// <summary>All entries of a mode.</summary>
    public KeyRange Folder(LockMode mode) => KeyRange.Prefix($"{Name}/{FolderName(mode)}/");

    /// <summary>All entries of a mode on one lease.</summary>
    public KeyRange OwnFolder(LockMode mode, LeaseId lease) => KeyRange.Prefix($"{Name}/{FolderName(mode)}/{lease}/");

    /// <summary>The key of an entry.</summary>
    public Bytes KeyOf(LockMode mode, LeaseId lease, AttemptId attempt) => $"{Name}/{FolderName(mode)}/{lease}/{attempt}";

    public bool Equals(LockName? other) => other is not null && Form == other.Form && Name == other.Name && OwnTtl == other.OwnTtl && OwnDelay == other.OwnDelay;

    public override int GetHashCode() => HashCode.Combine(Form, Name, OwnTtl, OwnDelay);

    public override string ToString() => Name;

    private static string FolderName(LockMode mode) => mode switch
    {
        LockMode.Read => "rwlock/readers",
        LockMode.Write => "rwlock/writers",
        _ => "semaphore",
    };
}

/// <summary>
/// The keys of those who wait for a mutex: one ticket for each session, on its lease, <c>{LockOptions.WaitersPrefix}{key, escaped}/{lease}</c>. The line is the tickets in
/// the order of their create revisions. Tickets say whose turn it is, never who holds the lock.
/// </summary>
internal sealed class TicketKeys
{
    private readonly string _root;
    private readonly string _prefix;

    public TicketKeys(string root, Bytes key)
    {
        _root = root;
        _prefix = root + Escape(key) + "/";
        Everybody = KeyRange.Prefix(_prefix);
    }

    /// <summary>All tickets.</summary>
    public KeyRange Everybody { get; }

    /// <summary>The ticket of the session with this lease.</summary>
    public Bytes KeyOf(LeaseId lease) => _prefix + Hex(lease);

    /// <summary>Where the holder is asked to give the lock back. No line's prefix contains the sign.</summary>
    public static Bytes YieldOf(string root, Bytes key) => $"{root}?{Escape(key)}";

    /// <summary>Where the session with this lease is told that a lock is its own.</summary>
    public Bytes InboxOf(LeaseId lease) => InboxOf(_root, lease);

    /// <summary>Where the session with this lease is told that a lock is its own. No line's prefix contains the sign.</summary>
    public static Bytes InboxOf(string root, LeaseId lease) => $"{root}@{Hex(lease)}";

    private static string Hex(LeaseId lease) => lease.Value.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Every byte that is not a letter, a digit or one of <c>-_.~</c> as <c>%NN</c>: no key's line can reach into another's.</summary>
    private static string Escape(Bytes key)
    {
        var text = new StringBuilder(key.Length + 16);
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
