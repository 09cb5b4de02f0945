using Coordination.Embedded.Store;
using Etcdserverpb;

namespace Coordination.Embedded.Requests;

/// <summary>Puts and deletes, alone or inside a transaction.</summary>
internal static class Writes
{
    public static PutResponse Put(MvccStore store, StoreTransaction transaction, PutRequest request)
    {
        var old = request.IgnoreValue || request.IgnoreLease || request.PrevKv
            ? store.Keys.Find(request.Key)?.At(transaction.ReadRevision)
            : null;
        if (old is null && (request.IgnoreValue || request.IgnoreLease))
        {
            throw EtcdErrors.KeyNotFound;
        }

        transaction.Put(request.Key, request.IgnoreValue ? old!.Value : request.Value, request.IgnoreLease ? old!.Lease : request.Lease);
        return new PutResponse
        {
            Header = new ResponseHeader { Revision = transaction.WriteRevision },
            PrevKv = request.PrevKv ? old : null,
        };
    }

    public static DeleteRangeResponse Delete(StoreTransaction transaction, DeleteRangeRequest request)
    {
        var deleted = transaction.Delete(KeyRange.Of(request.Key, request.RangeEnd));
        var response = new DeleteRangeResponse
        {
            Header = new ResponseHeader { Revision = transaction.ReadRevision },
            Deleted = deleted.Count,
        };
        if (request.PrevKv)
        {
            response.PrevKvs.AddRange(deleted);
        }

        return response;
    }
}
