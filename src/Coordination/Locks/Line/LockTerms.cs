namespace Coordination.Locks.Line;

/// <summary>How somebody wants to be in.</summary>
internal enum LockMode
{
    /// <summary>As the holder of a mutex.</summary>
    Alone,

    /// <summary>Together with other readers.</summary>
    Read,

    /// <summary>As the writer.</summary>
    Write,

    /// <summary>With some of the permits of a semaphore.</summary>
    Permits,
}

/// <summary>
/// What one request asks for: so many of so many permits. A reader takes one of more than there can ever be, a writer takes all of them, so one rule of admission
/// serves both kinds.
/// </summary>
/// <param name="Mode">How.</param>
/// <param name="Permits">How many permits it takes.</param>
/// <param name="Limit">How many there are, as the one who asks believes.</param>
internal sealed record LockTerms(LockMode Mode, int Permits, int Limit)
{
    private const int Unlimited = int.MaxValue;

    public static LockTerms Alone { get; } = new(LockMode.Alone, 1, 1);

    public static LockTerms Read { get; } = new(LockMode.Read, 1, Unlimited);

    public static LockTerms Write { get; } = new(LockMode.Write, Unlimited, Unlimited);

    /// <summary>Whether it stands in line. Otherwise it takes its chance when the lock becomes free.</summary>
    public bool IsFair { get; init; } = true;

    /// <summary>The holder's name; null: the system's.</summary>
    public string? Owner { get; init; }

    /// <summary>How long it may hold.</summary>
    public TimeSpan? MaxHold { get; init; }

    public bool TakesAll => Permits == Limit;

    public static LockTerms Of(int permits, int limit) => new(LockMode.Permits, permits, limit);

    /// <summary>Whether a place in line that was asked for so serves the other as well.</summary>
    public bool IsLike(LockTerms other) => (Mode, Permits, Limit, IsFair) == (other.Mode, other.Permits, other.Limit, other.IsFair);
}
