using Etcdserverpb;
using V3Lockpb;

namespace Coordination.Embedded.Concurrency;

/// <summary>
/// etcd's lock service: a key per lease under the name of the lock, and the oldest holds it. In one point it is better than etcd 3.4, which
/// would grant the lock to a waiter whose lease has expired while it waited: here, as from 3.5 on, the waiter's own key is looked at.
/// </summary>
internal static class LockService
{
    private const string Expired = "mutex: session is expired";

    public static async Task<LockResponse> LockAsync(NodeSession session, LockRequest request, CancellationToken cancellationToken)
    {
        var lease = await session.LeaseAsync(request.Lease, cancellationToken).ConfigureAwait(false);
        var prefix = NodeSession.PrefixOf(request.Name);
        var key = NodeSession.KeyOf(prefix, lease);
        var own = new RangeRequest { Key = key };
        var first = new RequestOp { RequestRange = NodeSession.Line(prefix) };
        var entered = await session.TxnAsync(
            new TxnRequest
            {
                Compare = { new Compare { Key = key, Target = Compare.Types.CompareTarget.Create } },
                Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Lease = lease } }, first },
                Failure = { new RequestOp { RequestRange = own }, first },
            },
            cancellationToken).ConfigureAwait(false);
        var mine = entered.Succeeded ? entered.Header.Revision : entered.Responses[0].ResponseRange.Kvs[0].CreateRevision;
        if (entered.Responses[1].ResponseRange.Kvs[0].CreateRevision == mine)
        {
            return new LockResponse { Header = entered.Header, Key = key };
        }

        try
        {
            await session.WaitForTurnAsync(prefix, mine, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Whoever gives up leaves the line, whether or not anybody still listens.
            await session.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        var held = await session.RangeAsync(own, cancellationToken).ConfigureAwait(false);
        return held.Kvs.Count > 0 ? new LockResponse { Header = held.Header, Key = key } : throw NodeSession.Failure(Expired);
    }

    public static async Task<UnlockResponse> UnlockAsync(NodeSession session, UnlockRequest request, CancellationToken cancellationToken)
    {
        var deleted = await session.DeleteAsync(request.Key, cancellationToken).ConfigureAwait(false);
        return new UnlockResponse { Header = deleted.Header };
    }
}
