using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Journal;

namespace Coordination.Locks.Line;

/// <summary>
/// The transactions over the entries of a reader-writer lock or a semaphore. A transaction reads what it has written: one that puts an entry shows it, and everything
/// before it, at one revision.
/// </summary>
internal sealed class SharedWrites(LockName name, CoordinationOptions options, TimeProvider time) : LineWrites(options, time)
{
    public override Write Write(LineOp op, IActorRef writer)
    {
        switch (op)
        {
            case LineOp.Enter e:
                var entry = name.KeyOf(e.Terms.Mode, e.Lease, e.Attempt);
                var line = Line(e.Terms.Mode == LockMode.Read ? entry : name.Folder(LockMode.Read));
                var enter = new EtcdOp.Txn
                {
                    If = [EtcdCompare.NotExists(entry), .. e.IsTry ? NobodyInTheWay(e.Terms.Mode) : []],
                    Then = [new EtcdOp.Put(entry, LockValue.Encode(OwnerOf(e.Terms), e.Terms, Now)) { Lease = e.Lease }, .. line],
                    Else = line,
                };
                return new Write(writer, [entry], enter, line) { Tag = op };
            case LineOp.Look e:
                var look = Line(e.IsWide ? name.Folder(LockMode.Read) : name.OwnFolder(LockMode.Read, e.Lease));
                return new Write(writer, [], new EtcdOp.Txn { Then = look }, look) { Tag = op };
            case LineOp.Withdraw e:
                return Delete(op, e.Terms, e.Placed, writer);
            case LineOp.Leave e:
                return Delete(op, e.Terms, e.Tenure.Token, writer);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>When the guard of a deletion fails the entry is not ours any more, which is what was wanted.</summary>
    protected override bool IsDone(LineOp op, TxnResult result) => op is not LineOp.Enter || result.Succeeded;

    protected override LineShown Answered(LineOp op, TxnResult result) => Shown(op, result);

    protected override bool IsApplied(LineOp op, LineShown shown) => shown.Line.IsEmpty;

    protected override LineShown Shown(LineOp op, TxnResult result) => new(result.Header.Revision)
    {
        Line = [.. result.Results.OfType<GetResult>().SelectMany(get => get.KeyValues)],
        IsFull = name.Form == LockForm.Semaphore || op is LineOp.Enter { Terms.Mode: LockMode.Write } or LineOp.Look { IsWide: true },
    };

    private Write Delete(LineOp op, LockTerms terms, Revision placed, IActorRef writer)
    {
        var entry = name.KeyOf(terms.Mode, op.Lease, op.Attempt);
        var txn = new EtcdOp.Txn { If = [EtcdCompare.Unchanged(entry, placed)], Then = [new EtcdOp.Delete(entry)] };

        // An entry that somebody has changed is not ours: only one as it was put says that it was not deleted.
        var look = ImmutableArray.Create<EtcdOp>(new EtcdOp.Get(entry) { MaxModRevision = placed });
        return new Write(writer, [entry], txn, look) { Tag = op };
    }

    /// <summary>The entries: all permits, or all writers and some of the readers.</summary>
    private ImmutableArray<EtcdOp> Line(KeyRange readers) => name.Form == LockForm.Semaphore
        ? [new EtcdOp.Get(name.Folder(LockMode.Permits))]
        : [new EtcdOp.Get(name.Folder(LockMode.Write)), new EtcdOp.Get(readers)];

    /// <summary>For a reader-writer lock etcd can say whether anybody is in the way, so that a try that fails does not pass through the line.</summary>
    private ImmutableArray<EtcdCompare> NobodyInTheWay(LockMode mode)
    {
        var noWriters = EtcdCompare.CreateRevision(name.Folder(LockMode.Write), CompareResult.Equal, Revision.None);
        return mode switch
        {
            LockMode.Read => [noWriters],
            LockMode.Write => [noWriters, EtcdCompare.CreateRevision(name.Folder(LockMode.Read), CompareResult.Equal, Revision.None)],
            _ => [],
        };
    }
}
