using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Requests;

/// <summary>What etcd refuses by looking at the request alone, in its order.</summary>
internal static class RequestChecks
{
    /// <summary>The most operations that one level of a transaction may have; what a level uses is taken off what the levels below may use.</summary>
    public const int MaxOperations = 128;

    /// <summary>The largest entry of the replicated log, in bytes.</summary>
    public const int MaxRequestBytes = 1536 * 1024;

    // A log entry holds a header (a tag of two bytes, a length, a request id of up to ten bytes behind its tag) and the tagged request.
    private const int EntryOverhead = 2 + 1 + 1 + 10 + 1;

    public static void Check(RangeRequest request) => RequireKey(request.Key);

    public static void Check(DeleteRangeRequest request) => RequireKey(request.Key);

    public static void Check(PutRequest request)
    {
        RequireKey(request.Key);
        if (request.IgnoreValue && !request.Value.IsEmpty)
        {
            throw EtcdErrors.ValueProvided;
        }

        if (request.IgnoreLease && request.Lease != 0)
        {
            throw EtcdErrors.LeaseProvided;
        }
    }

    public static void Check(TxnRequest request)
    {
        Check(request, MaxOperations);
        TxnOverlaps.Check(request);
    }

    /// <summary>Refuses what would not fit into one entry of the log. Reads do not go through the log.</summary>
    public static void CheckSize(IMessage request)
    {
        var size = request.CalculateSize();
        if (EntryOverhead + CodedOutputStream.ComputeLengthSize(size) + size > MaxRequestBytes)
        {
            throw EtcdErrors.RequestTooLarge;
        }
    }

    private static void Check(TxnRequest request, int maxOperations)
    {
        var operations = Math.Max(request.Compare.Count, Math.Max(request.Success.Count, request.Failure.Count));
        if (operations > maxOperations)
        {
            throw EtcdErrors.TooManyOperations;
        }

        foreach (var compare in request.Compare)
        {
            RequireKey(compare.Key);
        }

        foreach (var operation in request.Success)
        {
            Check(operation, maxOperations - operations);
        }

        foreach (var operation in request.Failure)
        {
            Check(operation, maxOperations - operations);
        }
    }

    private static void Check(RequestOp operation, int maxOperations)
    {
        switch (operation.RequestCase)
        {
            case RequestOp.RequestOneofCase.RequestRange:
                Check(operation.RequestRange);
                break;
            case RequestOp.RequestOneofCase.RequestPut:
                Check(operation.RequestPut);
                break;
            case RequestOp.RequestOneofCase.RequestDeleteRange:
                Check(operation.RequestDeleteRange);
                break;
            case RequestOp.RequestOneofCase.RequestTxn:
                Check(operation.RequestTxn, maxOperations);
                break;
            default:
                throw EtcdErrors.KeyNotFound;
        }
    }

    private static void RequireKey(ByteString key)
    {
        if (key.IsEmpty)
        {
            throw EtcdErrors.EmptyKey;
        }
    }
}
