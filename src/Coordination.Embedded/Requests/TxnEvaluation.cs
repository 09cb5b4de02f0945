using Coordination.Embedded.Leases;
using Coordination.Embedded.Store;
using Etcdserverpb;

namespace Coordination.Embedded.Requests;

/// <summary>Runs transactions: decides the conditions, checks everything that can be refused, then writes.</summary>
internal static class TxnEvaluation
{
    /// <summary>Whether the transaction can only read. (A nested transaction counts as a write, as in etcd.)</summary>
    public static bool IsReadOnly(TxnRequest request) =>
        request.Success.Concat(request.Failure).All(static operation => operation.RequestCase == RequestOp.RequestOneofCase.RequestRange);

    /// <summary>Whether the transaction can store more data, which an exhausted quota forbids.</summary>
    public static bool CanGrow(TxnRequest request) =>
        request.Success.Concat(request.Failure).Any(static operation => operation.RequestCase == RequestOp.RequestOneofCase.RequestPut);

    public static (TxnResponse Response, Commit? Commit) Run(TxnRequest request, MvccStore store, LeaseTable leases)
    {
        var plan = TxnPlan.Of(request, store);
        plan.Visit(operation => CheckPut(operation, store, leases));
        plan.Visit(operation => CheckRange(operation, store));

        var transaction = store.Begin();
        var response = Apply(plan, store, transaction);
        var commit = transaction.Commit();
        response.Header.Revision = store.CurrentRevision;
        return (response, commit);
    }

    private static void CheckPut(RequestOp operation, MvccStore store, LeaseTable leases)
    {
        if (operation.RequestPut is not { } put)
        {
            return;
        }

        if ((put.IgnoreValue || put.IgnoreLease) && store.Keys.Find(put.Key)?.At(store.CurrentRevision) is null)
        {
            throw EtcdErrors.KeyNotFound;
        }

        if (put.Lease != 0 && leases.Find(put.Lease) is null)
        {
            throw EtcdErrors.LeaseNotFound;
        }
    }

    private static void CheckRange(RequestOp operation, MvccStore store)
    {
        if (operation.RequestRange is not { Revision: not 0 } range)
        {
            return;
        }

        if (range.Revision > store.CurrentRevision)
        {
            throw EtcdErrors.FutureRevision;
        }

        if (range.Revision < store.CompactedRevision)
        {
            throw EtcdErrors.Compacted;
        }
    }

    private static TxnResponse Apply(TxnPlan plan, MvccStore store, StoreTransaction transaction)
    {
        var response = new TxnResponse { Header = new ResponseHeader(), Succeeded = plan.Succeeded };
        var nested = 0;
        foreach (var operation in plan.Operations)
        {
            response.Responses.Add(operation.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange => new ResponseOp
                {
                    ResponseRange = RangeEvaluation.Evaluate(store, operation.RequestRange, transaction.ReadRevision),
                },
                RequestOp.RequestOneofCase.RequestPut => new ResponseOp { ResponsePut = Writes.Put(store, transaction, operation.RequestPut) },
                RequestOp.RequestOneofCase.RequestDeleteRange => new ResponseOp
                {
                    ResponseDeleteRange = Writes.Delete(transaction, operation.RequestDeleteRange),
                },
                _ => new ResponseOp { ResponseTxn = Apply(plan.Nested[nested++], store, transaction) },
            });
        }

        return response;
    }
}
