using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Journal;

/// <summary>Whether writes may be sent.</summary>
internal abstract record JournalPhase
{
    private JournalPhase()
    {
    }

    /// <summary>There is no fence; the first write sets it.</summary>
    public sealed record Unfenced : JournalPhase;

    /// <summary>
    /// The fence is being set, or moved because the reply to a batch was lost. Nothing else is sent: a fence decides only about what was
    /// sent before it.
    /// </summary>
    public sealed record Fencing(Batch? Lost) : JournalPhase;

    /// <summary>The fence could not be moved; waiting before the next attempt.</summary>
    public sealed record Pausing : JournalPhase;

    /// <summary>Writes go, under this fence.</summary>
    public sealed record Open(Revision Fence) : JournalPhase;

    /// <summary>
    /// etcd allows us no fence: each write goes alone and without one. Nothing can be learned about a lost reply then, so it costs the
    /// session.
    /// </summary>
    public sealed record Fenceless : JournalPhase;
}

/// <summary>A write that waits. Alone: the batch that it was in was refused as a whole.</summary>
internal sealed record Waiting(Write Write, bool IsAlone = false);

/// <summary>Writes that were sent in one transaction.</summary>
/// <param name="Id">Which.</param>
/// <param name="Writes">The writes, in order.</param>
/// <param name="Keys">All their keys.</param>
/// <param name="Fence">The fence it was sent under; null: without one, which is one write alone.</param>
/// <param name="IsLost">Whether its reply is lost.</param>
internal sealed record Batch(long Id, ImmutableArray<Write> Writes, HashSet<Bytes> Keys, Revision? Fence, bool IsLost = false);

/// <summary>The state of a journal.</summary>
/// <param name="Phase">Whether writes may be sent.</param>
/// <param name="Queue">What waits, in order.</param>
/// <param name="InFlight">What was sent and is not concluded, in the order of sending.</param>
/// <param name="Sent">Counts batches and fences: an answer to an older request is none.</param>
/// <param name="Failures">How often in a row the fence could not be moved.</param>
internal sealed record JournalState(
    JournalPhase Phase, ImmutableQueue<Waiting> Queue, ImmutableList<Batch> InFlight, long Sent, int Failures)
{
    public static JournalState Initial { get; } = new(new JournalPhase.Unfenced(), [], [], 0, 0);

    /// <summary>The first batch whose reply is lost.</summary>
    public Batch? Lost => InFlight.Find(batch => batch.IsLost);
}

/// <summary>The limits of a journal, from <see cref="JournalOptions"/>.</summary>
internal sealed record JournalLimits(int MaxInFlight, int MaxOperations, int MaxBytes);

/// <summary>What a JournalActor is told, besides a <see cref="Write"/>.</summary>
internal abstract record JournalMessage
{
    private JournalMessage()
    {
    }

    /// <summary>Command: make a write.</summary>
    public sealed record Submit(Write Write) : JournalMessage;

    /// <summary>Fact: a batch was answered.</summary>
    public sealed record Answered(long Batch, TxnResult Result, Instant SentAt) : JournalMessage;

    /// <summary>Fact: a batch failed; the error says whether it may have been, or may still be, applied.</summary>
    public sealed record Failed(long Batch, EtcdException Error) : JournalMessage;

    /// <summary>Fact: the fence is at the revision of this result, which shows what it was asked to show.</summary>
    public sealed record FenceMoved(long Move, TxnResult Result) : JournalMessage;

    /// <summary>Fact: it is not known that the fence was moved.</summary>
    public sealed record FenceFailed(long Move, EtcdException Error) : JournalMessage;

    /// <summary>Fact: the pause is over.</summary>
    public sealed record PauseOver : JournalMessage;
}

/// <summary>What the JournalActor shall do.</summary>
internal abstract record JournalEffect
{
    private JournalEffect()
    {
    }

    /// <summary>Send a batch.</summary>
    public sealed record Send(Batch Batch) : JournalEffect;

    /// <summary>Put F on the lease, and read what the writes want to look at.</summary>
    public sealed record MoveFence(long Move, ImmutableArray<Write> Lost) : JournalEffect;

    /// <summary>Tell the writer.</summary>
    public sealed record Tell(Written Written) : JournalEffect;

    /// <summary>Try again to move the fence, after a while.</summary>
    public sealed record Pause(int Failures) : JournalEffect;

    /// <summary>etcd says that the lease is unknown.</summary>
    public sealed record VerifyLease : JournalEffect;

    /// <summary>What became of a write cannot be found out: with the lease goes whatever it did.</summary>
    public sealed record GiveUpLease : JournalEffect;

    /// <summary>For the log: etcd allows us no fence.</summary>
    public sealed record NoteFenceless(EtcdException Error) : JournalEffect;

    /// <summary>For the log: the reply to a batch is lost.</summary>
    public sealed record NoteLost(Batch Batch, EtcdException Error) : JournalEffect;
}
