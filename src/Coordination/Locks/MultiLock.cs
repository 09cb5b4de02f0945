using System.Collections.Immutable;
using Coordination.Time;

namespace Coordination;

/// <summary>Several locks of a system. What it says is in <see cref="IMultiLock"/>.</summary>
internal sealed class MultiLock : IMultiLock
{
    public const int MaxNames = 128;

    private readonly CoordinationSystem _system;
    private readonly ImmutableArray<DistributedLock> _locks;

    public MultiLock(CoordinationSystem system, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _system = system;
        _locks = [.. names.Distinct(StringComparer.Ordinal).Select(name => new DistributedLock(system, name)).OrderBy(l => l.Key)];
        if (_locks.Length is 0 or > MaxNames)
        {
            throw new ArgumentException(
                _locks.IsEmpty ? $"No name is given; allowed are 1 to {MaxNames}." : $"{_locks.Length} different names are given; allowed are 1 to {MaxNames}.",
                nameof(names));
        }
    }

    public ImmutableArray<string> Names => [.. _locks.Select(l => l.Name)];

    public async Task<IMultiLockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var left = new TimeLeft(_system, timeout == Timeout.InfiniteTimeSpan ? null : timeout);
        while (true)
        {
            var handles = await CollectAsync(l => AcquireOneAsync(l, left, cancellationToken)).ConfigureAwait(false);
            if (handles!.IsHeld)
            {
                return handles;
            }

            // One was lost while others were waited for: all or nothing, so all anew.
            await handles.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async Task<IMultiLockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default)
    {
        var handles = await CollectAsync(l => l.TryAcquireAsync(cancellationToken)).ConfigureAwait(false);
        if (handles is { IsHeld: false })
        {
            await handles.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        return handles;
    }

    private static async Task<ILockHandle?> AcquireOneAsync(ILock one, TimeLeft left, CancellationToken cancellationToken)
    {
        try
        {
            return await one.AcquireAsync(left.Now, cancellationToken).ConfigureAwait(false);
        }
        catch (LockTimeoutException error)
        {
            throw new LockTimeoutException(one.Name, left.Whole!.Value, error.Holder);
        }
    }

    private async Task<IMultiLockHandle?> CollectAsync(Func<ILock, Task<ILockHandle?>> acquire)
    {
        var handles = new List<ILockHandle>(_locks.Length);
        var isComplete = false;
        try
        {
            foreach (var one in _locks)
            {
                if (await acquire(one).ConfigureAwait(false) is not { } handle)
                {
                    return null;
                }

                handles.Add(handle);
            }

            isComplete = true;
            return new MultiLockHandle([.. handles]);
        }
        finally
        {
            if (!isComplete)
            {
                await Task.WhenAll(handles.Select(handle => handle.DisposeAsync().AsTask())).ConfigureAwait(false);
            }
        }
    }

    private sealed class TimeLeft(CoordinationSystem system, TimeSpan? whole)
    {
        private readonly MonotonicClock _clock = new(system.Options.TimeProvider);
        private readonly Instant _start = new MonotonicClock(system.Options.TimeProvider).Now;

        public TimeSpan? Whole => whole;

        public TimeSpan? Now => whole is { } time && time > TimeSpan.Zero
            ? TimeSpan.FromTicks(Math.Max(0, (time - (_clock.Now - _start)).Ticks))
            : whole;
    }
}
