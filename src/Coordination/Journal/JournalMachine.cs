using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Journal;

/// <summary>
/// The rules of a session's journal, pure. All writes of a session go through it. What waits while batches are under way goes together
/// into the next one, so an idle
/// session sends at once and a busy one makes a commit of many writes.
/// <para>
/// Every batch is conditional on the <i>fence</i>, a key on the session's lease: <c>if ModRevision(F)==f then [writes]</c>. When a reply
/// is lost, F is put again.
/// From that revision on each batch that was sent before is visible, or can never act any more, because its condition fails. So the same
/// transaction reads what the lost
/// writes were about, and their writers learn what became of them: nothing stays unknown. A fence decides only about what was sent
/// before it, so nothing is sent while it
/// moves. Putting it twice does no harm: a late put makes one batch be refused, which is sent again.
/// </para>
/// <para>The condition never is "F does not exist": the end of the lease would make that true again.</para>
/// </summary>
internal sealed class JournalMachine(JournalLimits limits)
{
    public (JournalState State, ImmutableArray<JournalEffect> Effects) Handle(JournalState state, JournalMessage message)
    {
        var effects = ImmutableArray.CreateBuilder<JournalEffect>();
        var handled = message switch
        {
            JournalMessage.Submit m => state with { Queue = state.Queue.Enqueue(new Waiting(m.Write)) },
            JournalMessage.Answered m => OnAnswered(state, m, effects),
            JournalMessage.Failed m => OnFailed(state, m, effects),
            JournalMessage.FenceMoved m => OnFenceMoved(state, m, effects),
            JournalMessage.FenceFailed m => OnFenceFailed(state, m, effects),
            JournalMessage.PauseOver => state.Phase is JournalPhase.Pausing ? state with { Phase = new JournalPhase.Unfenced() } : state,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return (Proceed(handled, effects), effects.DrainToImmutable());
    }

    private static JournalState OnAnswered(JournalState state, JournalMessage.Answered m, ImmutableArray<JournalEffect>.Builder effects)
    {
        if (state.InFlight.Find(b => b.Id == m.Batch) is not { IsLost: false } batch)
        {
            return state;
        }

        var rest = state with { InFlight = state.InFlight.Remove(batch) };
        if (batch.Fence is null)
        {
            effects.Add(new JournalEffect.Tell(new Written.Answered(batch.Writes[0], m.Result, m.SentAt)));
            return rest;
        }

        if (!m.Result.Succeeded)
        {
            // Nothing of the batch was done, as the fence has moved. One that came late is adopted; if it is gone, or from another
            // history, it is set again.
            var shown = (m.Result.Results is [GetResult get, ..] ? get.First?.ModRevision : null) ?? Revision.None;
            return rest with { Queue = InFront(batch, rest.Queue, isAlone: false), Phase = Adopt(rest.Phase, shown) };
        }

        var sharesRevision = batch.Writes.Length > 1 && m.Result.Results.OfType<TxnResult>().Any(static result => result.Results.Any(static r => r is PutResult or DeleteResult));
        for (var i = 0; i < batch.Writes.Length; i++)
        {
            effects.Add(new JournalEffect.Tell(new Written.Answered(
                batch.Writes[i], (TxnResult)m.Result.Results[i] with { Header = m.Result.Header }, m.SentAt, sharesRevision)));
        }

        return rest;
    }

    private static JournalPhase Adopt(JournalPhase phase, Revision shown) =>
        phase is not JournalPhase.Open open ? phase
        : shown >= open.Fence ? new JournalPhase.Open(shown)
        : new JournalPhase.Unfenced();

    private static JournalState OnFailed(JournalState state, JournalMessage.Failed m, ImmutableArray<JournalEffect>.Builder effects)
    {
        if (state.InFlight.Find(b => b.Id == m.Batch) is not { IsLost: false } batch)
        {
            return state;
        }

        if (m.Error.Outcome == WriteOutcome.Unknown)
        {
            effects.Add(new JournalEffect.NoteLost(batch, m.Error));
            if (state.Phase is JournalPhase.Fenceless)
            {
                effects.Add(new JournalEffect.GiveUpLease());
            }

            return state with { InFlight = state.InFlight.Replace(batch, batch with { IsLost = true }) };
        }

        var rest = state with { InFlight = state.InFlight.Remove(batch) };
        if (batch.Writes.Length > 1 && MayBeOneOfThem(m.Error))
        {
            return rest with { Queue = InFront(batch, rest.Queue, isAlone: true) };
        }

        foreach (var write in batch.Writes)
        {
            Refuse(write, m.Error, effects);
        }

        return rest;
    }

    /// <summary>Refused, and certainly not made: for a lease, a permission or a size of one of them. The others are not to suffer from
    /// that.</summary>
    private static bool MayBeOneOfThem(EtcdException error) => !error.IsTransient || error.Kind == CoordinationErrorKind.NoSpace;

    private static JournalState OnFenceMoved(JournalState state, JournalMessage.FenceMoved m, ImmutableArray<JournalEffect>.Builder effects)
    {
        if (state.Phase is not JournalPhase.Fencing phase || m.Move != state.Sent)
        {
            return state;
        }

        var open = state with { Phase = new JournalPhase.Open(m.Result.Header.Revision), Failures = 0 };
        if (phase.Lost is not { } lost)
        {
            return open;
        }

        // What the lost writes wanted to look at follows the put of the fence. Other lost batches get a fence of their own.
        for (var i = 0; i < lost.Writes.Length; i++)
        {
            var shown = (TxnResult)m.Result.Results[i + 1] with { Header = m.Result.Header };
            effects.Add(new JournalEffect.Tell(new Written.Settled(lost.Writes[i], shown)));
        }

        return open with { InFlight = open.InFlight.RemoveAll(batch => batch.Id == lost.Id) };
    }

    private static JournalState OnFenceFailed(
        JournalState state, JournalMessage.FenceFailed m, ImmutableArray<JournalEffect>.Builder effects)
    {
        if (state.Phase is not JournalPhase.Fencing || m.Move != state.Sent)
        {
            return state;
        }

        if (m.Error.Kind == CoordinationErrorKind.LeaseNotFound)
        {
            effects.Add(new JournalEffect.VerifyLease());
        }
        else if (m.Error.Kind == CoordinationErrorKind.PermissionDenied)
        {
            effects.Add(new JournalEffect.NoteFenceless(m.Error));
            if (state.Lost is not null)
            {
                effects.Add(new JournalEffect.GiveUpLease());
            }

            return state with { Phase = new JournalPhase.Fenceless() };
        }

        // What waits was not sent: whoever wants to wait longer submits it again.
        foreach (var waiting in state.Queue)
        {
            Refuse(waiting.Write, NotSent(m.Error), effects);
        }

        var failures = state.Failures + 1;
        effects.Add(new JournalEffect.Pause(failures));
        return state with { Phase = new JournalPhase.Pausing(), Queue = [], Failures = failures };
    }

    private static EtcdException NotSent(EtcdException error) => error.Outcome == WriteOutcome.NotApplied
        ? error
        : new EtcdException(error.Kind, WriteOutcome.NotApplied, error.Message, error.Endpoint, error);

    private static void Refuse(Write write, EtcdException error, ImmutableArray<JournalEffect>.Builder effects) =>
        effects.Add(new JournalEffect.Tell(new Written.Refused(write, error)));

    private static ImmutableQueue<Waiting> InFront(Batch batch, ImmutableQueue<Waiting> queue, bool isAlone) =>
        [.. batch.Writes.Select(write => new Waiting(write, isAlone)), .. queue];

    /// <summary>Sends what can be sent now.</summary>
    private JournalState Proceed(JournalState state, ImmutableArray<JournalEffect>.Builder effects)
    {
        switch (state.Phase)
        {
            case JournalPhase.Unfenced when state.Lost is not null || !state.Queue.IsEmpty:
            case JournalPhase.Open when state.Lost is not null:
                var move = state.Sent + 1;
                effects.Add(new JournalEffect.MoveFence(move, state.Lost?.Writes ?? []));
                return state with { Phase = new JournalPhase.Fencing(state.Lost), Sent = move };
            case JournalPhase.Open open:
                return SendWaiting(state, open.Fence, effects);
            case JournalPhase.Fenceless when state.Lost is null:
                return SendWaiting(state, null, effects);
            default:
                return state;
        }
    }

    private JournalState SendWaiting(JournalState state, Revision? fence, ImmutableArray<JournalEffect>.Builder effects)
    {
        while (!state.Queue.IsEmpty && state.InFlight.Count < limits.MaxInFlight)
        {
            var (batch, left) = Take(state, fence);
            if (batch is null)
            {
                break;
            }

            state = state with { Queue = left, InFlight = state.InFlight.Add(batch), Sent = batch.Id };
            effects.Add(new JournalEffect.Send(batch));
        }

        return state;
    }

    /// <summary>
    /// The next batch: as much of what waits as one transaction takes, so that one that moves the fence can look for all of it. What has
    /// a key in common with
    /// something under way, or with something before it that is left behind, is left behind.
    /// </summary>
    private (Batch? Batch, ImmutableQueue<Waiting> Left) Take(JournalState state, Revision? fence)
    {
        var writes = ImmutableArray.CreateBuilder<Write>();
        var keys = new HashSet<Bytes>();
        var passedOver = new HashSet<Bytes>();
        var left = ImmutableQueue<Waiting>.Empty;
        var rest = state.Queue;
        var (deepest, bytes) = (0, 0);
        var isFull = false;
        while (!isFull && !rest.IsEmpty)
        {
            var next = rest.Peek();
            var write = next.Write;
            if (IsBusy(state, write, keys, passedOver))
            {
                rest = rest.Dequeue();
                passedOver.UnionWith(write.Keys);
                left = left.Enqueue(next);
                continue;
            }

            var alone = fence is null || next.IsAlone;
            var (depth, size) = (Math.Max(deepest, write.Operations), bytes + write.Size);
            if (writes.Count > 0 && (alone || writes.Count + 2 + depth > limits.MaxOperations || size > limits.MaxBytes))
            {
                break;
            }

            rest = rest.Dequeue();
            writes.Add(write);
            keys.UnionWith(write.Keys);
            (deepest, bytes, isFull) = (depth, size, alone);
        }

        return writes.Count == 0
            ? (null, state.Queue)
            : (new Batch(state.Sent + 1, writes.DrainToImmutable(), keys, fence), left.IsEmpty ? rest : [.. left, .. rest]);
    }

    private static bool IsBusy(JournalState state, Write write, HashSet<Bytes> keys, HashSet<Bytes> passedOver)
    {
        foreach (var key in write.Keys)
        {
            if (keys.Contains(key) || passedOver.Contains(key))
            {
                return true;
            }

            foreach (var batch in state.InFlight)
            {
                if (batch.Keys.Contains(key))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
