using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>Waits in the way of all recipes: watch, look, act, and look again when something has changed. Nothing is polled.</summary>
internal static class KeyWaits
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Makes attempts, one at first and one after each change of the keys that the last one cannot have seen, until one has a result. While etcd is away it waits.
    /// </summary>
    /// <param name="system">The system.</param>
    /// <param name="keys">What is watched.</param>
    /// <param name="timeout">How long; null: without end.</param>
    /// <param name="attempt">Looks and acts: the revision it saw, and the result, if there is one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TimeoutException">There was no result in time.</exception>
    public static async Task<T> UntilAsync<T>(
        this CoordinationSystem system, KeyRange keys, TimeSpan? timeout, Func<CancellationToken, Task<(Revision Seen, T? Result)>> attempt, CancellationToken cancellationToken)
        where T : class
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = timeout is { } limit && limit != Timeout.InfiniteTimeSpan ? new CancellationTokenSource(Checked(limit), system.Options.TimeProvider) : null;
        await using var ended = (timer?.Token ?? default).UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), end).ConfigureAwait(false);
        try
        {
            var seen = Revision.None;
            await foreach (var told in system.Watch(keys).WithCancellation(end.Token).ConfigureAwait(false))
            {
                if (RevisionOf(told) is not { } changed || (changed <= seen && told is WatchEvent.Changed))
                {
                    continue;
                }

                (seen, var result) = await PatientlyAsync(system, attempt, end.Token).ConfigureAwait(false);
                if (result is not null)
                {
                    return result;
                }
            }

            throw new System.Diagnostics.UnreachableException();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (timer?.IsCancellationRequested == true)
        {
            throw new TimeoutException();
        }
    }

    /// <exception cref="ArgumentException">It is negative or too long.</exception>
    public static TimeSpan Checked(TimeSpan timeout) => timeout >= TimeSpan.Zero && timeout <= LongestTimeout
        ? timeout
        : throw new ArgumentOutOfRangeException(nameof(timeout), timeout, $"The timeout is {timeout}; allowed is 0 to {LongestTimeout}, or null for no limit.");

    private static Revision? RevisionOf(WatchEvent told) => told switch
    {
        WatchEvent.Snapshot e => e.Revision,
        WatchEvent.Changed e => e.Revision,
        WatchEvent.Conflated e => e.Revision,
        WatchEvent.Resynced e => e.Revision,
        _ => null,
    };

    /// <summary>An outage, or a session that was lost and is replaced, is no reason to give up waiting.</summary>
    private static async Task<(Revision Seen, T? Result)> PatientlyAsync<T>(
        CoordinationSystem system, Func<CancellationToken, Task<(Revision Seen, T? Result)>> attempt, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            try
            {
                return await attempt(cancellationToken).ConfigureAwait(false);
            }
            catch (EtcdException error) when (error.IsTransient || error.Kind is CoordinationErrorKind.Lost or CoordinationErrorKind.LeaseNotFound)
            {
                await Task.Delay(Pause, system.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
