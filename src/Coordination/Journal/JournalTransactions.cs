using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Journal;

/// <summary>The two transactions of a journal, and whether an answer fits one of them.</summary>
internal static class JournalTransactions
{
    /// <summary><c>if ModRevision(F)==fence then [the writes] else get F</c>; without a fence the one write as it is.</summary>
    public static EtcdOp.Txn Of(Batch batch, Bytes fence) => batch.Fence is not { } revision ? batch.Writes[0].Txn : new EtcdOp.Txn
    {
        If = [EtcdCompare.Unchanged(fence, revision)],
        Then = ImmutableArray.CreateRange<Write, EtcdOp>(batch.Writes, static write => write.Txn),
        Else = [new EtcdOp.Get(fence)],
    };

    /// <summary>Puts F, and reads what the writes want to look at: each in a transaction of its own, so that the answers stay
    /// apart.</summary>
    public static EtcdOp.Txn Moving(Bytes fence, LeaseId lease, ImmutableArray<Write> lost) => new()
    {
        Then = [new EtcdOp.Put(fence, Bytes.Empty) { Lease = lease }, .. lost.Select(write => new EtcdOp.Txn { Then = write.Look })],
    };

    /// <summary>An answer that does not fit the question says nothing about what was done; null when it fits.</summary>
    public static EtcdException? ProblemOf(TxnResult result, Batch batch) =>
        batch.Fence is null || !result.Succeeded ? null : Problem(result.Results, batch.Writes.Length);

    /// <summary>The same of a fence that was moved.</summary>
    public static EtcdException? ProblemOf(TxnResult result, ImmutableArray<Write> lost) =>
        result.Results.IsEmpty ? Misunderstood(0, lost.Length + 1) : Problem(result.Results[1..], lost.Length);

    private static EtcdException? Problem(ImmutableArray<EtcdResult> answers, int asked) =>
        answers.Length == asked && answers.All(answer => answer is TxnResult) ? null : Misunderstood(answers.Length, asked);

    private static EtcdException Misunderstood(int answers, int asked) => new(
        CoordinationErrorKind.ProtocolError,
        WriteOutcome.Unknown,
        $"etcd answered {answers} of {asked} operations that were sent in one transaction");
}
