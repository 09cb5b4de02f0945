using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Coordination.InMemory.Locks;

/// <summary>All locks of a world, by form and name.</summary>
internal sealed class InMemoryLocks(World world) : ILocks
{
    private readonly ConcurrentDictionary<(string Form, string Name), Line> _lines = new();

    public ILock Lock(string name, DistributedLockOptions? options = null) => new InMemoryLock(LineOf("", name, 1));

    /// <summary>A writer takes more than readers ever can.</summary>
    public IReaderWriterLock ReaderWriterLock(string name) => new InMemoryReaderWriterLock(LineOf("/rwlock/", name, int.MaxValue));

    public ISemaphore Semaphore(string name, int permits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        return new InMemorySemaphore(LineOf("/semaphore/", name, permits), permits);
    }

    public IMultiLock MultiLock(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var ordered = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        return ordered.Length is >= 1 and <= 128
            ? new InMemoryMultiLock(ordered, [.. ordered.Select(name => Lock(name))], world.Time)
            : throw new ArgumentException($"{ordered.Length} different names are given; allowed are 1 to 128.", nameof(names));
    }

    /// <summary>Whatever is held under that name, in whatever form, is lost.</summary>
    public void Lose(string name, LossReason reason)
    {
        foreach (var ((_, of), line) in _lines)
        {
            if (of == name)
            {
                line.Lose(reason);
            }
        }
    }

    private Line LineOf(string form, string name, long capacity)
    {
        World.CheckName(name);
        return _lines.GetOrAdd((form, name), key => new Line(world, key.Name, capacity));
    }
}

internal sealed class InMemoryLock(Line line) : ILock
{
    public string Name => line.Name;

    public async Task<ILockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        await TryAsync(timeout, cancellationToken).ConfigureAwait(false) ?? throw new LockTimeoutException(Name, timeout!.Value, line.Holder());

    public Task<ILockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default) => TryAsync(TimeSpan.Zero, cancellationToken);

    public Task<ILockHandle?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => TryAsync(timeout, cancellationToken);

    public async Task<bool> RequestYieldAsync(CancellationToken cancellationToken = default)
    {
        line.World.Check(cancellationToken);
        return await line.RequestYieldAsync().ConfigureAwait(false);
    }

    public Task<LockHolder?> GetHolderAsync(CancellationToken cancellationToken = default)
    {
        line.World.Check(cancellationToken);
        return Task.FromResult(line.Holder());
    }

    private async Task<ILockHandle?> TryAsync(TimeSpan? timeout, CancellationToken cancellationToken) =>
        await line.EnterAsync(1, timeout, cancellationToken).ConfigureAwait(false) is { } place ? new Handle(place, Name, place.Token) : null;
}

internal sealed class InMemoryReaderWriterLock(Line line) : IReaderWriterLock
{
    public string Name => line.Name;

    public Task<ILockHandle> AcquireReadAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => AcquireAsync(1, timeout, cancellationToken);

    public Task<ILockHandle> AcquireWriteAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => AcquireAsync(line.Capacity, timeout, cancellationToken);

    public Task<ILockHandle?> TryAcquireReadAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) => TryAsync(1, timeout, cancellationToken);

    public Task<ILockHandle?> TryAcquireWriteAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) => TryAsync(line.Capacity, timeout, cancellationToken);

    public Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default)
    {
        line.World.Check(cancellationToken);
        return Task.FromResult(line.Everybody());
    }

    private async Task<ILockHandle> AcquireAsync(long weight, TimeSpan? timeout, CancellationToken cancellationToken) =>
        await TryAsync(weight, timeout, cancellationToken).ConfigureAwait(false)
        ?? throw new LockTimeoutException(Name, timeout!.Value, line.Holder());

    private async Task<ILockHandle?> TryAsync(long weight, TimeSpan? timeout, CancellationToken cancellationToken) =>
        await line.EnterAsync(weight, timeout, cancellationToken).ConfigureAwait(false) is { } place
            ? new Handle(place, $"{Name}/rwlock/{place.Token}", weight == 1 ? 0 : place.Token)
            : null;
}

internal sealed class InMemorySemaphore(Line line, int permits) : ISemaphore
{
    public string Name => line.Name;

    public int Permits => permits;

    public async Task<ILockHandle> AcquireAsync(int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        await TryAsync(count, timeout, cancellationToken).ConfigureAwait(false)
        ?? throw new LockTimeoutException(Name, timeout!.Value, line.Holder());

    public Task<ILockHandle?> TryAcquireAsync(int count = 1, TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAsync(count, timeout, cancellationToken);

    public Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default)
    {
        line.World.Check(cancellationToken);
        return Task.FromResult(line.Everybody());
    }

    private async Task<ILockHandle?> TryAsync(int count, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (count < 1 || count > permits)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} permits of '{Name}' were asked for; allowed are 1 to {permits}.");
        }

        if (!line.HasCapacity(permits))
        {
            throw new SemaphoreLimitException(Name, permits, (int)line.Capacity, line.Holder());
        }

        return await line.EnterAsync(count, timeout, cancellationToken).ConfigureAwait(false) is { } place
            ? new Handle(place, $"{Name}/semaphore/{place.Token}", line.OldestToken())
            : null;
    }
}

internal sealed class InMemoryMultiLock(ImmutableArray<string> names, ImmutableArray<ILock> locks, TimeProvider time) : IMultiLock
{
    public ImmutableArray<string> Names => names;

    public async Task<IMultiLockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var began = time.GetTimestamp();
        return (await CollectAsync(
            async one => await one.AcquireAsync(timeout is { } whole && whole > TimeSpan.Zero ? Left(whole) : timeout, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false))!;

        TimeSpan Left(TimeSpan whole) => TimeSpan.FromTicks(Math.Max(0, (whole - time.GetElapsedTime(began)).Ticks));
    }

    public Task<IMultiLockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default) => CollectAsync(one => one.TryAcquireAsync(cancellationToken));

    private async Task<IMultiLockHandle?> CollectAsync(Func<ILock, Task<ILockHandle?>> acquire)
    {
        var handles = new List<ILockHandle>();
        var isComplete = false;
        try
        {
            foreach (var one in locks)
            {
                if (await acquire(one).ConfigureAwait(false) is not { } handle)
                {
                    return null;
                }

                handles.Add(handle);
            }

            isComplete = true;
            return new MultiHandle([.. handles]);
        }
        finally
        {
            foreach (var handle in isComplete ? [] : handles)
            {
                await handle.ReleaseAsync().ConfigureAwait(false);
            }
        }
    }
}
