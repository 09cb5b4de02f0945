namespace Coordination;

/// <summary>Options of the locks of a system. Checked when the system is made.</summary>
public sealed record LockOptions
{
    /// <summary>The longest name of a lock, in bytes of UTF-8.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>How often a grant that waits for the lease's renewal looks again.</summary>
    internal static readonly TimeSpan ConfirmInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a waiter that is told when the lock is its own waits before it looks and watches all the same.</summary>
    internal static readonly TimeSpan WatchDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a free key is left to who is first in line before others take their chance; half as much again at random.</summary>
    internal static readonly TimeSpan DeadHeadDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Requests that may wait for one lock in this process. Default 10,000; 1 to 1,000,000. More are refused with LimitReached.</summary>
    public int MaxWaiters { get; set; } = 10_000;

    /// <summary>Locks that may be in use in this process at a time. Default 1,000,000; 1 to 100,000,000. More are refused with LimitReached.</summary>
    public int MaxLocks { get; set; } = 1_000_000;

    /// <summary>How long a lock that nobody uses stays in memory, up to an eighth longer. Default 5 s; 100 ms to 1 h.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a lock is held before its own key is watched for interference. It may be an eighth longer; shorter holds save the cost. Default 200 ms; 0 to 1 min.</summary>
    public TimeSpan OwnKeyWatchDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a waiter looks at the key although its watch shows nothing. Default 10 s; 100 ms to 10 min. Half as much again at random.</summary>
    public TimeSpan FallbackInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Of the requests of this process for one reader-writer lock or semaphore, how many may wait in line in etcd at a time; the others wait in this
    /// process for their turn. A larger number lets a busy process take more turns at once; each is a key that all contenders read. Default 32; 1 to 1,000.
    /// </summary>
    public int MaxInLine { get; set; } = 32;

    /// <summary>
    /// Where waiters keep their tickets, one key for each system and lock, and their inboxes. All systems that share locks must use the same. Whoever may write here
    /// can tell a waiter that it holds a lock: protect it like the locks' own keys. Default <c>coordination/waiters/</c>; 1 to 256 characters, ending with a slash.
    /// Without permission to write there,
    /// locks work, but waiting is by chance.
    /// </summary>
    public string WaitersPrefix { get; set; } = "coordination/waiters/";

    internal void Validate(OptionProblems problems)
    {
        problems.Check($"Locks.{nameof(MaxWaiters)}", MaxWaiters, 1, 1_000_000, "requests");
        problems.Check($"Locks.{nameof(MaxLocks)}", MaxLocks, 1, 100_000_000, "locks");
        problems.Check($"Locks.{nameof(MaxInLine)}", MaxInLine, 1, 1_000, "requests");
        problems.Check($"Locks.{nameof(IdleTimeout)}", IdleTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        problems.Check($"Locks.{nameof(OwnKeyWatchDelay)}", OwnKeyWatchDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        problems.Check($"Locks.{nameof(FallbackInterval)}", FallbackInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        if (WaitersPrefix is not { Length: >= 1 and <= 256 } || WaitersPrefix[^1] != '/')
        {
            problems.Add($"Locks.{nameof(WaitersPrefix)}", WaitersPrefix ?? "null", "1 to 256 characters, ending with a slash");
        }
    }
}
