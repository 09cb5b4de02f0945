using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks.Line;

namespace Coordination.Locks;

/// <summary>
/// How a holder of a mutex is asked to give it back: a key beside the line, which holds the token of the holder that is meant, on that holder's lease. Whoever is meant and looks removes
/// it. It is no part of the line: a request that is lost, or not heard, changes nothing about whose turn it is.
/// </summary>
internal sealed class YieldWatch(CoordinationSystem system, LockClaim claim)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private CancellationTokenSource? _requested;
    private Task? _following;

    /// <summary>Cancelled when the holder is asked. Watched from the first reading on.</summary>
    public CancellationToken Requested
    {
        get
        {
            lock (_lock)
            {
                _requested ??= new CancellationTokenSource();
                _following ??= FollowAsync(_requested);
                return _requested.Token;
            }
        }
    }

    /// <summary>Asks whoever holds the key now.</summary>
    /// <returns>Whether somebody does.</returns>
    public static async Task<bool> AskAsync(CoordinationSystem system, Bytes key, CancellationToken cancellationToken)
    {
        while ((await system.AskEtcdAsync(etcd => etcd.GetAsync(new EtcdOp.Get(key), cancellationToken)).ConfigureAwait(false)).First is { } held)
        {
            try
            {
                var asked = await system.CommitAsync(
                    own => new EtcdOp.Txn
                    {
                        If = [EtcdCompare.Unchanged(key, held.ModRevision)],
                        Then = [new EtcdOp.Put(KeyOf(system, key), held.ModRevision.ToString()) { Lease = held.Lease.IsNone ? own : held.Lease }],
                    },
                    cancellationToken).ConfigureAwait(false);
                if (asked.Succeeded)
                {
                    return true;
                }
            }
            catch (EtcdException error) when (error.Kind == CoordinationErrorKind.LeaseNotFound)
            {
                // The holder is just going with its lease.
                return false;
            }
        }

        return false;
    }

    private static Bytes KeyOf(CoordinationSystem system, Bytes key) => TicketKeys.YieldOf(system.Options.Locks.WaitersPrefix, key);

    private async Task FollowAsync(CancellationTokenSource requested)
    {
        claim.WhenOver(_over.Cancel);
        try
        {
            await foreach (var told in system.Watch(KeyOf(system, claim.Key)).WithCancellation(_over.Token).ConfigureAwait(false))
            {
                if (Shown(told) is { } request && request.Value == claim.Token.ToString())
                {
                    LossNews.Tell(requested, $"request to yield lock {claim.Key}", system.Log);
                    await system.CommitAsync(
                        _ => new EtcdOp.Txn { If = [EtcdCompare.Unchanged(request.Key, request.ModRevision)], Then = [new EtcdOp.Delete(request.Key)] }, _over.Token).ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or CoordinationException)
        {
            // The holding is over, or the system has stopped. What is left goes with the lease.
        }
    }

    private static KeyValue? Shown(WatchEvent told) => told switch
    {
        WatchEvent.Snapshot e => e.KeyValues.FirstOrDefault(),
        WatchEvent.Resynced e => e.KeyValues.FirstOrDefault(),
        WatchEvent.Changed { Events: [.., { IsDelete: false } last] } => last.Current,
        WatchEvent.Conflated { Events: [.., { IsDelete: false } last] } => last.Current,
        _ => null,
    };
}
