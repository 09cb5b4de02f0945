using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>What the recipes read and write.</summary>
internal static class Commits
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Reads; after the end of the system it says so, like everything else.</summary>
    public static async Task<T> ReadAsync<T>(this CoordinationSystem system, Func<IEtcdClient, Task<T>> read)
    {
        try
        {
            return await read(system.Etcd).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ObjectDisposedException or EtcdException && system.Health.State == CoordinationHealthState.Stopped)
        {
            throw new CoordinationException(CoordinationErrorKind.Stopped, $"The coordination system '{system.Options.Name}' has stopped.", error);
        }
    }

    /// <summary>Writes under guards: the revision, or null when the other conditions did not hold.</summary>
    /// <exception cref="CoordinationException">A guard does not hold (<see cref="CoordinationErrorKind.Lost"/>); or etcd could not be used.</exception>
    public static async Task<Revision?> CommitAsync(
        this CoordinationSystem system, IReadOnlyList<EtcdCompare> guards, ImmutableArray<EtcdCompare> conditions, Func<LeaseId, ImmutableArray<EtcdOp>> writes, CancellationToken cancellationToken)
    {
        var result = await system.CommitAsync(
            lease => new EtcdOp.Txn { If = [.. guards, .. conditions], Then = writes(lease), Else = [new EtcdOp.Txn { If = [.. guards] }] }, cancellationToken).ConfigureAwait(false);
        return result switch
        {
            { Succeeded: true } => result.Header.Revision,
            { Results: [TxnResult { Succeeded: false }] } => throw new CoordinationException(
                CoordinationErrorKind.Lost, $"Nothing was written, because a guard does not hold any more ({string.Join(", ", guards.Select(guard => guard.Keys))})."),
            _ => null,
        };
    }

    /// <summary>Takes back what was put on the session's lease, however long etcd is away: with the lease it goes by itself.</summary>
    public static async Task TakeBackAsync(this CoordinationSystem system, Func<Task> attempt)
    {
        while (true)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                return;
            }
            catch (CoordinationException error) when (error.Kind is CoordinationErrorKind.Stopped or CoordinationErrorKind.Lost)
            {
                return;
            }
            catch (EtcdException error) when (error.IsTransient && system.SessionLease != LeaseId.None)
            {
                await Task.Delay(Pause, system.Options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            }
            catch (EtcdException error) when (error.IsTransient)
            {
                return;
            }
        }
    }
}
