using Coordination.Locks.Line;

namespace Coordination.Diagnostics;

/// <summary>How a request ended, as the tag says it.</summary>
internal static class LockOutcome
{
    public const string Acquired = "acquired";
    public const string NotAcquired = "not_acquired";
    public const string Cancelled = "cancelled";
    public const string Failed = "failed";

    public static string Of(LockReply reply) => reply switch
    {
        LockReply.Acquired => Acquired,
        LockReply.NotAcquired => NotAcquired,
        LockReply.Withdrawn => Cancelled,
        _ => Failed,
    };

    public static LockKind Kind(this LockMode mode) => mode switch
    {
        LockMode.Alone => LockKind.Mutex,
        LockMode.Read => LockKind.Read,
        LockMode.Write => LockKind.Write,
        _ => LockKind.Semaphore,
    };
}
