using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Journal;

/// <summary>The two transactions of a journal, and whether an answer fits one of them.</summary>
internal static class JournalTransactions
{
    /// <summary>
    /// <c>if ModRevision(F)==fence then [the writes] else get F</c>; without a fence the one write as it is. A write that is alone is not nested: many
    /// servers (3.4.23 is one) check neither permission nor space for what is put in nested transactions. What it does when its own conditions do not
    /// hold is under the fence once more.
    /// </summary>
    public static EtcdOp.Txn Of(Batch batch, Bytes fence)
    {
        if (batch.Fence is not { } revision)
        {
            return batch.Writes[0].Txn;
        }

        var isUnmoved = EtcdCompare.Unchanged(fence, revision);
        return batch.Writes is [var write]
            ? new EtcdOp.Txn
            {
                If = [isUnmoved, .. write.Txn.If],
                Then = write.Txn.Then,
                Else = [new EtcdOp.Get(fence), new EtcdOp.Txn { If = [isUnmoved], Then = write.Txn.Else }],
            }
            : new EtcdOp.Txn
            {
                If = [isUnmoved],
                Then = ImmutableArray.CreateRange<Write, EtcdOp>(batch.Writes, static write => write.Txn),
                Else = [new EtcdOp.Get(fence)],
            };
    }

    /// <summary>The answer to a batch as it would be were all writes nested: a result for each, or (not succeeded) the fence. Null when it does not fit.</summary>
    public static TxnResult? Read(TxnResult answer, Batch batch) => batch switch
    {
        { Fence: null } => answer,
        { Writes.Length: > 1 } => !answer.Succeeded || (answer.Results.Length == batch.Writes.Length && answer.Results.All(r => r is TxnResult)) ? answer : null,
        _ when answer.Succeeded => new TxnResult(answer.Header, true, [answer]),
        _ => answer.Results switch
        {
            [_, TxnResult { Succeeded: true } done] => new TxnResult(answer.Header, true, [done with { Succeeded = false }]),
            [var shown, TxnResult] => new TxnResult(answer.Header, false, [shown]),
            _ => null,
        },
    };

    /// <summary>Puts F, and reads what the writes want to look at: each in a transaction of its own, so that the answers stay
    /// apart.</summary>
    public static EtcdOp.Txn Moving(Bytes fence, LeaseId lease, ImmutableArray<Write> lost) => new()
    {
        Then = [new EtcdOp.Put(fence, Bytes.Empty) { Lease = lease }, .. lost.Select(write => new EtcdOp.Txn { Then = write.Look })],
    };

    /// <summary>An answer that does not fit the question says nothing about what was done; null when it fits.</summary>
    public static EtcdException? ProblemOf(TxnResult result, ImmutableArray<Write> lost) =>
        result.Results.IsEmpty ? Misunderstood(0, lost.Length + 1) : Problem(result.Results[1..], lost.Length);

    private static EtcdException? Problem(ImmutableArray<EtcdResult> answers, int asked) =>
        answers.Length == asked && answers.All(answer => answer is TxnResult) ? null : Misunderstood(answers.Length, asked);

    public static EtcdException Misunderstood(int answers, int asked) => new(
        CoordinationErrorKind.ProtocolError,
        WriteOutcome.Unknown,
        $"etcd answered {answers} of {asked} operations that were sent in one transaction");
}
