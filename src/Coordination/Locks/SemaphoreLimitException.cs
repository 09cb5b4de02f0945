namespace Coordination;

/// <summary>
/// A semaphore is in use with another number of permits than this contender believes. Every user's entry contains the number, and the oldest decides. To change it on
/// purpose, let everybody release: when the line is empty, the next user brings the new number.
/// </summary>
public sealed class SemaphoreLimitException : CoordinationException
{
    /// <summary>Creates the exception; public for stand-ins of a semaphore in tests.</summary>
    /// <param name="name">The name of the semaphore.</param>
    /// <param name="asked">How many permits this contender believes there are.</param>
    /// <param name="inUse">How many the present users believe there are.</param>
    /// <param name="holder">The oldest of them; null when that is not known.</param>
    public SemaphoreLimitException(string name, int asked, int inUse, LockHolder? holder)
        : base(
            CoordinationErrorKind.InvalidRequest,
            $"The semaphore '{name}' was asked for with {asked} permits, but is in use with {inUse} ('{holder?.Owner}', token {holder?.Token}). "
            + "Everybody must say the same; it can be changed when nobody uses it.")
    {
        AskedPermits = asked;
        PermitsInUse = inUse;
        Holder = holder;
    }

    /// <summary>How many permits this contender believes there are.</summary>
    public int AskedPermits { get; }

    /// <summary>How many the present users believe there are.</summary>
    public int PermitsInUse { get; }

    /// <summary>The oldest of them; null when that is not known.</summary>
    public LockHolder? Holder { get; }
}
