using System.Collections.Immutable;
using System.Diagnostics;
using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Journal;

/// <summary>
/// One write of a session: a transaction, the keys that it may write, and the reads that show what became of it should its reply be
/// lost. Two writes with a key in
/// common are never under way together, and take effect in the order in which they were submitted. A write that writes nothing is a look
/// that comes after everything
/// that was submitted before it for the same keys.
/// </summary>
/// <param name="Writer">Who is told, with a <see cref="Written"/>.</param>
/// <param name="Keys">The keys that it may write, and those that it is to be in order with.</param>
/// <param name="Txn">What is done: one transaction, its nested ones at most one level deep.</param>
/// <param name="Look">What is read when the reply was lost.</param>
internal sealed record Write(IActorRef Writer, ImmutableArray<Bytes> Keys, EtcdOp.Txn Txn, ImmutableArray<EtcdOp> Look)
{
    /// <summary>What the writer recognises it by.</summary>
    public object? Tag { get; init; }

    /// <summary>The span of the caller for whom it is made.</summary>
    public Activity? Trace { get; init; }

    /// <summary>How many of the operations that etcd allows in a transaction it needs at its own level and below.</summary>
    public int Operations => Math.Max(Depth(Txn), Look.Length);

    /// <summary>About how many bytes it needs in a request.</summary>
    public int Size => SizeOf(Txn);

    private static int Depth(EtcdOp.Txn txn) =>
        Math.Max(txn.If.Length, Math.Max(txn.Then.Length + Nested(txn.Then), txn.Else.Length + Nested(txn.Else)));

    private static int Nested(ImmutableArray<EtcdOp> branch)
    {
        var deepest = 0;
        foreach (var op in branch)
        {
            deepest = op is EtcdOp.Txn nested ? Math.Max(deepest, Depth(nested)) : deepest;
        }

        return deepest;
    }

    private static int SizeOf(EtcdOp op) => op switch
    {
        EtcdOp.Put put => put.Key.Length + put.Value.Length + 32,
        EtcdOp.Get get => get.Keys.Key.Length + get.Keys.End.Length + 32,
        EtcdOp.Delete delete => delete.Keys.Key.Length + delete.Keys.End.Length + 16,
        EtcdOp.Txn txn => SizeOf(txn.If) + SizeOf(txn.Then) + SizeOf(txn.Else) + 16,
        _ => throw new UnreachableException(),
    };

    private static int SizeOf(ImmutableArray<EtcdOp> ops)
    {
        var size = 0;
        foreach (var op in ops)
        {
            size += SizeOf(op);
        }

        return size;
    }

    private static int SizeOf(ImmutableArray<EtcdCompare> compares)
    {
        var size = 0;
        foreach (var compare in compares)
        {
            size += compare.Keys.Key.Length + compare.Keys.End.Length + compare.Bytes.Length + 24;
        }

        return size;
    }
}

/// <summary>What became of a write: exactly one of these for each, unless the session is lost first, which ends all of them.</summary>
internal abstract record Written
{
    private Written(Write write) => Write = write;

    /// <summary>The write.</summary>
    public Write Write { get; }

    /// <summary>
    /// Fact: etcd made the transaction; its result says which branch. <paramref name="SentAt"/>: when it was sent. <paramref name="SharesRevision"/>: it
    /// went with others in one transaction of etcd, and something was written.
    /// </summary>
    public sealed record Answered(Write Write, TxnResult Result, Instant SentAt, bool SharesRevision = false) : Written(Write)
    {
        /// <summary>What it read shows everything up to this revision. What the later ones of a batch wrote is not shown to those before them, and has the same revision.</summary>
        public Revision SeenUpTo => SharesRevision ? new Revision(Result.Header.Revision.Value - 1) : Result.Header.Revision;
    }

    /// <summary>
    /// Fact: the reply was lost. The write was applied, or never will be; this is what its look showed afterwards. <paramref
    /// name="Shown"/>: the results of the look.
    /// </summary>
    public sealed record Settled(Write Write, TxnResult Shown) : Written(Write);

    /// <summary>Fact: it was not applied and never will be.</summary>
    public sealed record Refused(Write Write, EtcdException Error) : Written(Write);
}
