namespace Coordination.Locks.Shared;

/// <summary>What a shared lock is.</summary>
internal enum SharedKind
{
    /// <summary>Many readers or one writer.</summary>
    ReaderWriter,

    /// <summary>A number of permits.</summary>
    Semaphore,
}

/// <summary>How somebody wants to be in.</summary>
internal enum SharedMode
{
    /// <summary>Together with other readers.</summary>
    Read,

    /// <summary>Alone.</summary>
    Write,

    /// <summary>With some of the permits of a semaphore.</summary>
    Permits,
}

/// <summary>
/// What is asked for: so many of so many permits. A reader takes one of more than there can ever be, a writer takes all of them; so one rule of
/// admission serves both kinds.
/// </summary>
/// <param name="Mode">How.</param>
/// <param name="Permits">How many permits it takes.</param>
/// <param name="Limit">How many there are, as the one who asks believes.</param>
internal sealed record SharedAsk(SharedMode Mode, int Permits, int Limit)
{
    private const int Unlimited = int.MaxValue;

    public static SharedAsk Read { get; } = new(SharedMode.Read, 1, Unlimited);

    public static SharedAsk Write { get; } = new(SharedMode.Write, Unlimited, Unlimited);

    public bool TakesAll => Permits == Limit;

    public static SharedAsk Of(int permits, int limit) => new(SharedMode.Permits, permits, limit);
}

/// <summary>A request that waits in this process or, by its entry, in the line.</summary>
/// <param name="Id">The request.</param>
/// <param name="Ask">What it asks for.</param>
/// <param name="IsTry">It does not wait in line.</param>
/// <param name="Arrival">When it came, in the order of this process.</param>
internal sealed record SharedRequest(LockRequestId Id, SharedAsk Ask, bool IsTry, long Arrival);
