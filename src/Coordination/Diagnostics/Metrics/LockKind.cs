namespace Coordination.Diagnostics;

/// <summary>What kind of lock, as the tags say it.</summary>
internal enum LockKind
{
    /// <summary>One holder.</summary>
    Mutex,

    /// <summary>One of many readers.</summary>
    Read,

    /// <summary>The one writer.</summary>
    Write,

    /// <summary>Permits of a semaphore.</summary>
    Semaphore,
}
