using Coordination.Embedded.Store;
using Etcdserverpb;

namespace Coordination.Embedded.Requests;

/// <summary>
/// Which way a transaction and the ones inside it go. All conditions are decided before anything is written, so a nested transaction does not
/// see what its parent writes.
/// </summary>
internal sealed class TxnPlan
{
    private TxnPlan(bool succeeded, IReadOnlyList<RequestOp> operations, IReadOnlyList<TxnPlan> nested)
    {
        Succeeded = succeeded;
        Operations = operations;
        Nested = nested;
    }

    public bool Succeeded { get; }

    /// <summary>The operations of the branch that is taken.</summary>
    public IReadOnlyList<RequestOp> Operations { get; }

    /// <summary>The plans of the nested transactions among them, in order.</summary>
    public IReadOnlyList<TxnPlan> Nested { get; }

    public static TxnPlan Of(TxnRequest request, MvccStore store)
    {
        var succeeded = request.Compare.All(compare => Comparison.Holds(store, compare));
        var operations = succeeded ? request.Success : request.Failure;
        var nested = operations
            .Where(operation => operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn)
            .Select(operation => Of(operation.RequestTxn, store));
        return new TxnPlan(succeeded, operations, [.. nested]);
    }

    /// <summary>Visits the operations that will run, those of nested transactions in their place.</summary>
    public void Visit(Action<RequestOp> visit)
    {
        var next = 0;
        foreach (var operation in Operations)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn)
            {
                Nested[next++].Visit(visit);
            }
            else
            {
                visit(operation);
            }
        }
    }
}
