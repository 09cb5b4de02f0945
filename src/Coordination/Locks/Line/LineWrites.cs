using Coordination.Etcd;
using Coordination.Journal;

namespace Coordination.Locks.Line;

/// <summary>How the operations of a lock are written, and what their results mean.</summary>
internal abstract class LineWrites(CoordinationOptions options, TimeProvider time)
{
    public static LineWrites Of(LockName name, CoordinationOptions options, TimeProvider time) =>
        name.Form == LockForm.Mutex ? new MutexWrites(name, options, time) : new SharedWrites(name, options, time);

    /// <summary>The write of an operation.</summary>
    public abstract Write Write(LineOp op, IActorRef writer);

    /// <summary>What its outcome means.</summary>
    public LineMessage Understand(Written written)
    {
        var op = (LineOp)written.Write.Tag!;
        return written switch
        {
            Written.Answered m => new LineMessage.Concluded(op, IsDone(op, m.Result), WasLost: false, Answered(op, m.Result) with { Revision = m.SeenUpTo }),
            Written.Settled m => Settled(op, Shown(op, m.Shown)),
            Written.Refused m => new LineMessage.Refused(op, m.Error),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    protected abstract LineShown Answered(LineOp op, TxnResult result);

    protected abstract LineShown Shown(LineOp op, TxnResult result);

    /// <summary>Whether what was wanted is so.</summary>
    protected virtual bool IsDone(LineOp op, TxnResult result) => result.Succeeded;

    /// <summary>The reply was lost: whether the operation was applied, by what was seen afterwards.</summary>
    protected abstract bool IsApplied(LineOp op, LineShown shown);

    protected string OwnerOf(LockTerms terms) => terms.Owner ?? options.Owner;

    protected DateTimeOffset Now => time.GetUtcNow();

    private LineMessage.Concluded Settled(LineOp op, LineShown shown) => new(op, IsApplied(op, shown), WasLost: true, shown);
}
