using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>
/// Scripts name revisions as if the store were fresh (1 is the empty store). They run on servers that ran other scripts before, so the revisions in
/// their requests are moved by what the store is at.
/// </summary>
internal static class Revisions
{
    public static IMessage Move(IMessage request, long by) => request switch
    {
        RangeRequest range => MoveIn(range.Clone(), by),
        TxnRequest txn => MoveIn(txn.Clone(), by),
        CompactionRequest { Revision: > 0 } compaction => new CompactionRequest { Revision = compaction.Revision + by, Physical = compaction.Physical },
        HashKVRequest { Revision: > 0 } hash => new HashKVRequest { Revision = hash.Revision + by },
        WatchRequest { CreateRequest.StartRevision: > 0 } watch => MoveIn(watch.Clone(), by),
        _ => request,
    };

    private static RangeRequest MoveIn(RangeRequest range, long by)
    {
        range.Revision = Move(range.Revision, by);
        range.MinModRevision = Move(range.MinModRevision, by);
        range.MaxModRevision = Move(range.MaxModRevision, by);
        range.MinCreateRevision = Move(range.MinCreateRevision, by);
        range.MaxCreateRevision = Move(range.MaxCreateRevision, by);
        return range;
    }

    private static TxnRequest MoveIn(TxnRequest txn, long by)
    {
        foreach (var compare in txn.Compare)
        {
            if (compare.TargetUnionCase == Compare.TargetUnionOneofCase.CreateRevision)
            {
                compare.CreateRevision = Move(compare.CreateRevision, by);
            }
            else if (compare.TargetUnionCase == Compare.TargetUnionOneofCase.ModRevision)
            {
                compare.ModRevision = Move(compare.ModRevision, by);
            }
        }

        foreach (var operation in txn.Success.Concat(txn.Failure))
        {
            if (operation.RequestRange is { } range)
            {
                MoveIn(range, by);
            }
            else if (operation.RequestTxn is { } nested)
            {
                MoveIn(nested, by);
            }
        }

        return txn;
    }

    private static WatchRequest MoveIn(WatchRequest watch, long by)
    {
        watch.CreateRequest.StartRevision += by;
        return watch;
    }

    private static long Move(long revision, long by) => revision > 0 ? revision + by : revision;
}
