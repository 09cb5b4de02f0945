using System.Collections.Immutable;
using Coordination.Time;

namespace Coordination;

/// <summary>
/// Several locks that are acquired together or not at all. Thread-safe. They are acquired one after the other in the order of their names' bytes, so
/// two of these cannot wait for each other; who also holds one of the locks by itself and then asks for this can.
/// </summary>
public sealed class MultiLock
{
    /// <summary>The most names.</summary>
    public const int MaxNames = 128;

    private readonly CoordinationSystem _system;
    private readonly ImmutableArray<DistributedLock> _locks;

    internal MultiLock(CoordinationSystem system, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _system = system;
        _locks = [.. names.Distinct(StringComparer.Ordinal).Select(name => system.Lock(name)).OrderBy(l => l.Key)];
        if (_locks.Length is 0 or > MaxNames)
        {
            throw new ArgumentException(
                _locks.IsEmpty ? $"No name is given; allowed are 1 to {MaxNames}." : $"{_locks.Length} different names are given; allowed are 1 to {MaxNames}.",
                nameof(names));
        }
    }

    /// <summary>The names, in the order in which they are acquired.</summary>
    public ImmutableArray<string> Names => [.. _locks.Select(l => l.Name)];

    /// <summary>Waits until all locks are acquired.</summary>
    /// <param name="timeout">How long to wait for all of them together, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Gives up. What was acquired by then is released before the call ends.</param>
    /// <returns>The handle of all; dispose it to release them.</returns>
    /// <exception cref="LockTimeoutException">One of them was held by somebody else when the time was over.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<MultiLockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
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

    /// <summary>Acquires all locks if nobody holds any of them now.</summary>
    /// <param name="cancellationToken">Gives up. What was acquired by then is released before the call ends.</param>
    /// <returns>The handle of all, or null when somebody else holds one of them.</returns>
    /// <exception cref="CoordinationException">It is not known whether they are held: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<MultiLockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default)
    {
        var handles = await CollectAsync(l => l.TryAcquireAsync(cancellationToken)).ConfigureAwait(false);
        if (handles is { IsHeld: false })
        {
            await handles.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        return handles;
    }

    private static async Task<LockHandle?> AcquireOneAsync(DistributedLock one, TimeLeft left, CancellationToken cancellationToken)
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

    /// <summary>All, or null and none: whatever ends it early, what was acquired is released.</summary>
    private async Task<MultiLockHandle?> CollectAsync(Func<DistributedLock, Task<LockHandle?>> acquire)
    {
        var handles = new List<LockHandle>(_locks.Length);
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

    /// <summary>One deadline for all.</summary>
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
