namespace Coordination.InMemory.Locks;

/// <summary>Everybody at one lock, in the order in which they came: those who are in, then those who wait. Whoever is first is not overtaken.</summary>
/// <param name="world">What it lives in.</param>
/// <param name="name">The name of the lock.</param>
/// <param name="capacity">How much may be in together: 1 for a lock.</param>
internal sealed class Line(World world, string name, long capacity)
{
    private readonly List<Place> _places = [];

    public World World => world;

    public string Name => name;

    public long Capacity { get; private set; } = capacity;

    /// <summary>Whether it has that capacity; one that nobody uses takes it.</summary>
    public bool HasCapacity(long wanted)
    {
        lock (world.Gate)
        {
            Capacity = _places.Count == 0 ? wanted : Capacity;
            return Capacity == wanted;
        }
    }

    /// <summary>Waits until there is room; null: there was none for the whole time.</summary>
    public async Task<Place?> EnterAsync(long weight, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        timeout = timeout == Timeout.InfiniteTimeSpan ? null : timeout;
        if (timeout is { } wanted && (wanted < TimeSpan.Zero || wanted > TimeSpan.FromDays(24)))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), wanted, $"The timeout is {wanted}; allowed is 0 to 24 days, or null for no limit.");
        }

        world.Check(cancellationToken);
        var place = new Place(this, weight);
        lock (world.Gate)
        {
            _places.Add(place);
            Admit();
        }

        try
        {
            await place.Admitted.WaitAsync(timeout ?? Timeout.InfiniteTimeSpan, world.Time, cancellationToken).ConfigureAwait(false);
            return place;
        }
        catch (TimeoutException)
        {
            return Leave(place) ? null : place;
        }
        catch (OperationCanceledException)
        {
            Remove(place);
            throw;
        }
    }

    public void Remove(Place place)
    {
        lock (world.Gate)
        {
            _places.Remove(place);
            Admit();
        }
    }

    /// <summary>Who is in is lost, and those who wait move up.</summary>
    public void Lose(LossReason reason)
    {
        List<Place> lost;
        lock (world.Gate)
        {
            lost = _places.FindAll(place => place.IsIn);
            _places.RemoveAll(lost.Contains);
            Admit();
        }

        lost.ForEach(place => place.Ending.Lose(reason));
    }

    /// <summary>Who is in, the oldest; null: nobody.</summary>
    public LockHolder? Holder()
    {
        lock (world.Gate)
        {
            return _places.Find(place => place.IsIn)?.Holder;
        }
    }

    /// <summary>Asks who is in to leave; false: nobody is.</summary>
    public async Task<bool> RequestYieldAsync()
    {
        Place? asked;
        lock (world.Gate)
        {
            asked = _places.Find(place => place.IsIn);
        }

        await (asked?.RequestYieldAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        return asked is not null;
    }

    /// <summary>Those who are in, then those who wait.</summary>
    public IReadOnlyList<LockHolder> Everybody()
    {
        lock (world.Gate)
        {
            return [.. _places.Select(place => place.Holder)];
        }
    }

    /// <summary>The oldest token that is in.</summary>
    public long OldestToken()
    {
        lock (world.Gate)
        {
            return _places.Where(place => place.IsIn).Select(place => place.Token).DefaultIfEmpty().Min();
        }
    }

    /// <summary>Whether it left without having been let in.</summary>
    private bool Leave(Place place)
    {
        lock (world.Gate)
        {
            if (place.IsIn)
            {
                return false;
            }

            _places.Remove(place);
            Admit();
            return true;
        }
    }

    private void Admit()
    {
        var taken = 0L;
        foreach (var place in _places)
        {
            taken += place.Weight;
            if (taken > Capacity)
            {
                return;
            }

            place.Admit();
        }
    }
}

/// <summary>One place in a line.</summary>
#pragma warning disable CA1001 // The source has no timer and no link: there is nothing to free.
internal sealed class Place(Line line, long weight)
#pragma warning restore CA1001
{
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _yieldRequested = new();

    public Line Line => line;

    public long Weight => weight;

    public Ending Ending { get; } = new();

    public Task Admitted => _admitted.Task;

    public CancellationToken YieldRequested => _yieldRequested.Token;

    public bool IsIn => _admitted.Task.IsCompleted;

    /// <summary>The revision at which it was let in.</summary>
    public long Token { get; private set; }

    public LockHolder Holder => new(line.World.Owner, Token, Etcd.LeaseId.None, null, IsForeign: false);

    public Task RequestYieldAsync() => _yieldRequested.CancelAsync();

    public void Admit()
    {
        if (!IsIn)
        {
            Token = line.World.NextRevision().Value;
            _admitted.SetResult();
        }
    }
}
