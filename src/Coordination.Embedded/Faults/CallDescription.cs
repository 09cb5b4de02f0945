using Etcdserverpb;
using Google.Protobuf;
using V3Electionpb;
using V3Lockpb;

namespace Coordination.Embedded.Faults;

/// <summary>Describes requests for the predicates of faults.</summary>
internal static class CallDescription
{
    public static EtcdCall Of(string method, IMessage request, IMessage response) => request switch
    {
        RangeRequest range => new(method, Text(range.Key), 0, IsWrite: false),
        PutRequest put => new(method, Text(put.Key), 0, IsWrite: true),
        DeleteRangeRequest delete => new(method, Text(delete.Key), 0, IsWrite: true),
        TxnRequest txn => new(method, Text(FirstKey(txn)), 0, IsWrite: !Requests.TxnEvaluation.IsReadOnly(txn)),
        LeaseGrantRequest => new(method, "", ((LeaseGrantResponse)response).ID, IsWrite: true),
        LeaseRevokeRequest revoke => new(method, "", revoke.ID, IsWrite: true),
        LeaseKeepAliveRequest renewal => new(method, "", renewal.ID, IsWrite: false),
        LeaseTimeToLiveRequest timeToLive => new(method, "", timeToLive.ID, IsWrite: false),
        LockRequest enter => new(method, Text(enter.Name), enter.Lease, IsWrite: true),
        UnlockRequest unlock => new(method, Text(unlock.Key), 0, IsWrite: true),
        CampaignRequest enter => new(method, Text(enter.Name), enter.Lease, IsWrite: true),
        ProclaimRequest proclaim => new(method, Text(proclaim.Leader.Key), proclaim.Leader.Lease, IsWrite: true),
        ResignRequest resign => new(method, Text(resign.Leader.Key), resign.Leader.Lease, IsWrite: true),
        _ => new(method, "", 0, IsWrite: request is CompactionRequest || Auth.AuthRequests.IsChange(request)),
    };

    private static ByteString FirstKey(TxnRequest txn) =>
        txn.Compare.Count > 0 ? txn.Compare[0].Key
        : txn.Success.Concat(txn.Failure).FirstOrDefault() is not { } first ? ByteString.Empty
        : first.RequestCase switch
        {
            RequestOp.RequestOneofCase.RequestRange => first.RequestRange.Key,
            RequestOp.RequestOneofCase.RequestPut => first.RequestPut.Key,
            RequestOp.RequestOneofCase.RequestDeleteRange => first.RequestDeleteRange.Key,
            RequestOp.RequestOneofCase.RequestTxn => FirstKey(first.RequestTxn),
            _ => ByteString.Empty,
        };

    private static string Text(ByteString key) => key.ToStringUtf8();
}
