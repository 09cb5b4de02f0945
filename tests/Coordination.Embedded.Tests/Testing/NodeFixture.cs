using Coordination.Embedded.Watches;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Embedded.Tests.Testing;

/// <summary>A node without a server, and short words for the requests that tests send to it.</summary>
public abstract class NodeFixture
{
    internal FakeTimeProvider Time { get; } = new();

    internal EtcdNode Node { get; }

    protected NodeFixture() =>
        Node = new EtcdNode(new NodeSettings { Identity = new ClusterIdentity(1, 2, 2), FirstLeaseId = 1000 }, Time);

    internal static ByteString B(string text) => ByteString.CopyFromUtf8(text);

    internal static PutRequest PutOf(string key, string value = "v", long lease = 0) => new() { Key = B(key), Value = B(value), Lease = lease };

    internal static RangeRequest RangeOf(string key, string end = "", long revision = 0) =>
        new() { Key = B(key), RangeEnd = B(end), Revision = revision };

    internal static RequestOp Op(PutRequest put) => new() { RequestPut = put };

    internal static RequestOp Op(RangeRequest range) => new() { RequestRange = range };

    internal static RequestOp Op(TxnRequest txn) => new() { RequestTxn = txn };

    internal static RequestOp DeleteOp(string key, string end = "") =>
        new() { RequestDeleteRange = new DeleteRangeRequest { Key = B(key), RangeEnd = B(end) } };

    internal static TxnRequest Then(params RequestOp[] operations) => new() { Success = { operations } };

    internal long Put(string key, string value = "v", long lease = 0) => Node.Put(PutOf(key, value, lease)).Header.Revision;

    internal long Delete(string key, string end = "") =>
        Node.DeleteRange(new DeleteRangeRequest { Key = B(key), RangeEnd = B(end) }).Header.Revision;

    internal RangeResponse Get(string key, string end = "", long revision = 0) => Node.Range(RangeOf(key, end, revision));

    internal string[] Keys(RangeRequest request) => [.. Node.Range(request).Kvs.Select(pair => pair.Key.ToStringUtf8())];

    internal void Compact(long revision) => Node.Compact(new CompactionRequest { Revision = revision });

    internal long Grant(long ttl, long id = 0) => Node.LeaseGrant(new LeaseGrantRequest { ID = id, TTL = ttl }).ID;

    internal WatchStream Open() => Node.Watches.Open(() => { });

    internal static void Watch(WatchStream stream, WatchCreateRequest request) => stream.Handle(new WatchRequest { CreateRequest = request });

    internal static WatchCreateRequest WatchOf(string key, string end = "", long from = 0) =>
        new() { Key = B(key), RangeEnd = B(end), StartRevision = from };

    internal static List<WatchResponse> Drain(WatchStream stream)
    {
        var responses = new List<WatchResponse>();
        while (stream.HasWork)
        {
            responses.AddRange(stream.Take());
        }

        return responses;
    }

    internal static string Show(WatchResponse response) =>
        string.Join(' ', response.Events.Select(e => $"{e.Type}:{e.Kv.Key.ToStringUtf8()}@{e.Kv.ModRevision}"));

    internal static void Refused(StatusCode status, string detail, Action action)
    {
        var refusal = Assert.Throws<RpcException>(action);
        Assert.Equal((status, detail), (refusal.StatusCode, refusal.Status.Detail));
    }
}
