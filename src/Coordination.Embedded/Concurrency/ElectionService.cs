using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;
using V3Electionpb;

namespace Coordination.Embedded.Concurrency;

/// <summary>etcd's election service: a key per lease under the name of the election, and the oldest leads.</summary>
internal static class ElectionService
{
    private const string NotLeader = "election: not leader";
    private const string NoLeader = "election: no leader";
    private const string LeaderMissing = "\"leader\" field must be provided";

    public static async Task<CampaignResponse> CampaignAsync(NodeSession session, CampaignRequest request, CancellationToken cancellationToken)
    {
        var lease = await session.LeaseAsync(request.Lease, cancellationToken).ConfigureAwait(false);
        var prefix = NodeSession.PrefixOf(request.Name);
        var key = NodeSession.KeyOf(prefix, lease);
        var entered = await session.TxnAsync(
            new TxnRequest
            {
                Compare = { new Compare { Key = key, Target = Compare.Types.CompareTarget.Create } },
                Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Value = request.Value, Lease = lease } } },
                Failure = { new RequestOp { RequestRange = new RangeRequest { Key = key } } },
            },
            cancellationToken).ConfigureAwait(false);
        var leader = new LeaderKey { Name = request.Name, Key = key, Rev = entered.Header.Revision, Lease = lease };
        if (!entered.Succeeded)
        {
            // It was here before: its place is kept, its words are replaced.
            var before = entered.Responses[0].ResponseRange.Kvs[0];
            leader.Rev = before.CreateRevision;
            if (!before.Value.Equals(request.Value))
            {
                await WriteAsync(session, leader, request.Value, cancellationToken).ConfigureAwait(false);
            }
        }

        try
        {
            await session.WaitForTurnAsync(prefix, leader.Rev, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await ResignAsync(session, leader, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return new CampaignResponse { Header = entered.Header, Leader = leader };
    }

    public static async Task<ProclaimResponse> ProclaimAsync(NodeSession session, ProclaimRequest request, CancellationToken cancellationToken) =>
        new() { Header = await WriteAsync(session, Given(request.Leader), request.Value, cancellationToken).ConfigureAwait(false) };

    public static async Task<ResignResponse> ResignAsync(NodeSession session, ResignRequest request, CancellationToken cancellationToken) =>
        new() { Header = await ResignAsync(session, Given(request.Leader), cancellationToken).ConfigureAwait(false) };

    public static async Task<LeaderResponse> LeaderAsync(NodeSession session, LeaderRequest request, CancellationToken cancellationToken)
    {
        var first = await session.RangeAsync(NodeSession.Line(NodeSession.PrefixOf(request.Name)), cancellationToken).ConfigureAwait(false);
        return first.Kvs.Count > 0 ? new LeaderResponse { Header = first.Header, Kv = first.Kvs[0] } : throw NodeSession.Failure(NoLeader);
    }

    /// <summary>Tells the leader, every value it proclaims, and every leader after it. Not every one in between: a slow reader gets the latest.</summary>
    public static async Task ObserveAsync(
        NodeSession session, LeaderRequest request, Func<LeaderResponse, Task> tellAsync, CancellationToken cancellationToken)
    {
        var prefix = NodeSession.PrefixOf(request.Name);
        while (true)
        {
            var first = await session.RangeAsync(NodeSession.Line(prefix), cancellationToken).ConfigureAwait(false);
            if (first.Kvs.Count == 0)
            {
                await UntilSomebodyEntersAsync(session, prefix, first.Header.Revision + 1, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var leader = first.Kvs[0];
            await tellAsync(new LeaderResponse { Header = first.Header, Kv = leader }).ConfigureAwait(false);
            var itsKey = new WatchCreateRequest { Key = leader.Key, StartRevision = first.Header.Revision + 1 };
            using var watch = await session.WatchAsync(itsKey, cancellationToken).ConfigureAwait(false);
            for (var leads = true; leads;)
            {
                var changes = await watch.NextAsync(cancellationToken).ConfigureAwait(false);
                foreach (var change in changes.Events.TakeWhile(static e => e.Type == Event.Types.EventType.Put))
                {
                    await tellAsync(new LeaderResponse { Header = changes.Header, Kv = change.Kv }).ConfigureAwait(false);
                }

                leads = changes.Events.All(static e => e.Type == Event.Types.EventType.Put);
            }
        }
    }

    private static async Task UntilSomebodyEntersAsync(NodeSession session, ByteString prefix, long from, CancellationToken cancellationToken)
    {
        var line = new WatchCreateRequest { Key = prefix, RangeEnd = NodeSession.EndOf(prefix), StartRevision = from };
        using var watch = await session.WatchAsync(line, cancellationToken).ConfigureAwait(false);
        while ((await watch.NextAsync(cancellationToken).ConfigureAwait(false)).Events.All(static e => e.Type != Event.Types.EventType.Put))
        {
        }
    }

    private static LeaderKey Given(LeaderKey? leader) => leader ?? throw NodeSession.Failure(LeaderMissing);

    private static Compare IsStill(LeaderKey leader) =>
        new() { Key = leader.Key, Target = Compare.Types.CompareTarget.Create, CreateRevision = leader.Rev };

    private static async Task<ResponseHeader> WriteAsync(NodeSession session, LeaderKey leader, ByteString value, CancellationToken cancellationToken)
    {
        var put = new PutRequest { Key = leader.Key, Value = value, Lease = leader.Lease };
        var txn = new TxnRequest { Compare = { IsStill(leader) }, Success = { new RequestOp { RequestPut = put } } };
        var written = await session.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
        return written.Succeeded ? written.Header : throw NodeSession.Failure(NotLeader);
    }

    private static async Task<ResponseHeader> ResignAsync(NodeSession session, LeaderKey leader, CancellationToken cancellationToken)
    {
        var delete = new DeleteRangeRequest { Key = leader.Key };
        var txn = new TxnRequest { Compare = { IsStill(leader) }, Success = { new RequestOp { RequestDeleteRange = delete } } };
        var resigned = await session.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
        return resigned.Header;
    }
}
