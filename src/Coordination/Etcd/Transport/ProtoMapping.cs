using System.Collections.Immutable;
using Etcdserverpb;
using Google.Protobuf.Collections;
using Mvccpb;

namespace Coordination.Etcd.Transport;

/// <summary>Between the client's values and the messages on the wire.</summary>
internal static class ProtoMapping
{
    public static RangeRequest ToProto(this EtcdOp.Get get) => new()
    {
        Key = get.Keys.Key.ToByteString(),
        RangeEnd = get.Keys.End.ToByteString(),
        Limit = get.Limit,
        Revision = get.Revision.Value,
        SortOrder = (RangeRequest.Types.SortOrder)get.Order,
        SortTarget = (RangeRequest.Types.SortTarget)get.OrderBy,
        Serializable = get.Serializable,
        KeysOnly = get.KeysOnly,
        CountOnly = get.CountOnly,
        MinModRevision = get.MinModRevision.Value,
        MaxModRevision = get.MaxModRevision.Value,
        MinCreateRevision = get.MinCreateRevision.Value,
        MaxCreateRevision = get.MaxCreateRevision.Value,
    };

    public static PutRequest ToProto(this EtcdOp.Put put) => new()
    {
        Key = put.Key.ToByteString(),
        Value = put.Value.ToByteString(),
        Lease = put.Lease.Value,
        PrevKv = put.PreviousValue,
        IgnoreValue = put.IgnoreValue,
        IgnoreLease = put.IgnoreLease,
    };

    public static DeleteRangeRequest ToProto(this EtcdOp.Delete delete) => new()
    {
        Key = delete.Keys.Key.ToByteString(),
        RangeEnd = delete.Keys.End.ToByteString(),
        PrevKv = delete.PreviousValue,
    };

    public static TxnRequest ToProto(this EtcdOp.Txn txn)
    {
        var request = new TxnRequest();
        Fill(request.Compare, txn.If, ToProto);
        Fill(request.Success, txn.Then, ToProto);
        Fill(request.Failure, txn.Else, ToProto);
        return request;
    }

    public static GetResult ToResult(this RangeResponse response) =>
        new(response.Header.ToHeader(), [.. response.Kvs.Select(ToKeyValue)], response.Count, response.More);

    public static PutResult ToResult(this PutResponse response) =>
        new(response.Header.ToHeader(), response.PrevKv?.ToKeyValue());

    public static DeleteResult ToResult(this DeleteRangeResponse response) =>
        new(response.Header.ToHeader(), response.Deleted, [.. response.PrevKvs.Select(ToKeyValue)]);

    public static TxnResult ToResult(this TxnResponse response) =>
        new(response.Header.ToHeader(), response.Succeeded, [.. response.Responses.Select(ToResult)]);

    public static EtcdHeader ToHeader(this ResponseHeader? header) =>
        header is null ? default : new(header.ClusterId, header.MemberId, new Revision(header.Revision), header.RaftTerm);

    public static KeyValue ToKeyValue(this Mvccpb.KeyValue kv) => new(
        Bytes.From(kv.Key),
        Bytes.From(kv.Value),
        new Revision(kv.CreateRevision),
        new Revision(kv.ModRevision),
        kv.Version,
        new LeaseId(kv.Lease));

    public static WatchCreateRequest ToProto(this EtcdWatchSpec spec, long watchId)
    {
        var create = new WatchCreateRequest
        {
            Key = spec.Keys.Key.ToByteString(),
            RangeEnd = spec.Keys.End.ToByteString(),
            StartRevision = spec.From.Value,
            ProgressNotify = spec.ProgressNotify,
            PrevKv = spec.PreviousValue,
            WatchId = watchId,
            Fragment = true,
        };
        if (spec.NoPuts)
        {
            create.Filters.Add(WatchCreateRequest.Types.FilterType.Noput);
        }

        if (spec.NoDeletes)
        {
            create.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete);
        }

        return create;
    }

    public static EtcdEvent ToEvent(this Event e) =>
        new(
            e.Type == Event.Types.EventType.Delete,
            e.Kv?.ToKeyValue() ?? throw new EtcdException(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "An event of a watch has no key"),
            e.PrevKv?.ToKeyValue());

    public static EndpointStatus ToStatus(this StatusResponse response, Uri endpoint) => new(
        endpoint, response.Header.ToHeader(), response.Version, response.Leader, response.DbSize, response.RaftIndex, [.. response.Errors])
    {
        DatabaseSizeInUse = response.DbSizeInUse,
        RaftAppliedIndex = response.RaftAppliedIndex,
        IsLearner = response.IsLearner,
    };

    public static EtcdMember ToMember(this Member member) => new(member.ID, member.Name, [.. member.PeerURLs], [.. member.ClientURLs], member.IsLearner);

    private static EtcdResult ToResult(ResponseOp op) => op.ResponseCase switch
    {
        ResponseOp.ResponseOneofCase.ResponseRange => op.ResponseRange.ToResult(),
        ResponseOp.ResponseOneofCase.ResponsePut => op.ResponsePut.ToResult(),
        ResponseOp.ResponseOneofCase.ResponseDeleteRange => op.ResponseDeleteRange.ToResult(),
        ResponseOp.ResponseOneofCase.ResponseTxn => op.ResponseTxn.ToResult(),
        var other => throw new EtcdException(
            CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, $"A transaction was answered with an operation of kind {other}"),
    };

    private static RequestOp ToProto(EtcdOp op) => op switch
    {
        EtcdOp.Get get => new RequestOp { RequestRange = get.ToProto() },
        EtcdOp.Put put => new RequestOp { RequestPut = put.ToProto() },
        EtcdOp.Delete delete => new RequestOp { RequestDeleteRange = delete.ToProto() },
        EtcdOp.Txn txn => new RequestOp { RequestTxn = txn.ToProto() },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // A batch of locks has hundreds of these lists: they get the size that they need, and no enumerators.
    private static void Fill<TFrom, TTo>(RepeatedField<TTo> list, ImmutableArray<TFrom> from, Func<TFrom, TTo> map)
    {
        list.Capacity = from.Length;
        foreach (var item in from)
        {
            list.Add(map(item));
        }
    }

    public static Compare ToProto(this EtcdCompare compare)
    {
        var proto = new Compare
        {
            Target = (Compare.Types.CompareTarget)compare.Target,
            Result = (Compare.Types.CompareResult)compare.Result,
            Key = compare.Keys.Key.ToByteString(),
            RangeEnd = compare.Keys.End.ToByteString(),
        };
        switch (compare.Target)
        {
            case CompareTarget.Version:
                proto.Version = compare.Number;
                break;
            case CompareTarget.CreateRevision:
                proto.CreateRevision = compare.Number;
                break;
            case CompareTarget.ModRevision:
                proto.ModRevision = compare.Number;
                break;
            case CompareTarget.Lease:
                proto.Lease = compare.Number;
                break;
            default:
                proto.Value = compare.Bytes.ToByteString();
                break;
        }

        return proto;
    }
}
