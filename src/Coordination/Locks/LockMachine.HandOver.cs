using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Locks;

/// <content>
/// What becomes of the lock when its holder releases it: it is handed to the next in line or passed to the next request of this process, in the
/// releasing transaction; or the key is deleted.
/// </content>
internal sealed partial class LockMachine
{
    private LockStep OnRelease(LockState state, LockMessage.Release m)
    {
        if (state.Phase is not LockPhase.Holding holding || holding.Request != m.Request)
        {
            return new LockStep(state, [new LockEffect.Reply(m.Request, new LockReply.Released())]);
        }

        var tenure = holding.Tenure;
        var step = new LockStep(state, [new LockEffect.CancelTimer(LockTimer.OwnKeyWatch)]);
        if (tenure.Version > settings.MaxHandOvers)
        {
            return step.Then(s => SendRelease(s, m.Request, tenure));
        }

        if (tenure.Next is { Attempt: not null, Lease.IsNone: false } next && IsYoung(tenure, m.Now))
        {
            return step.Then(s => new LockStep(
                s with { Phase = new LockPhase.HandingOver(m.Request, tenure, next), Failures = 0 }, [new LockEffect.SendHandOver(tenure.Token, next)]));
        }

        // In one transaction with a look at the line: nobody here overtakes who waits elsewhere.
        return !state.Waiters.IsEmpty && state.Ticket is null && state.Lease?.Id == tenure.Lease
            ? step.Then(s => PassOn(s, m.Request, tenure))
            : step.Then(s => SendRelease(s, m.Request, tenure));
    }

    private bool IsYoung(Tenure tenure, Instant now) => tenure.NextIsYoungerThan is { } since && now - since < settings.HandOverWindow;

    private LockStep PassOn(LockState state, LockRequestId request, Tenure tenure)
    {
        var attempt = newAttempt();
        return new LockStep(
            state with { Phase = new LockPhase.PassingOn(request, tenure, attempt), ChangedAt = Revision.None, Failures = 0 },
            [new LockEffect.SendPass(tenure.Token, attempt, tenure.Lease)]);
    }

    private LockStep OnHandedOver(LockState state, LockMessage.HandedOver m)
    {
        if (state.Phase is not LockPhase.HandingOver phase || phase.Tenure.Token != m.Token)
        {
            return state;
        }

        var released = Released(state, phase.Request);
        if (!m.WasGiven)
        {
            return released.Then(Advance);
        }

        // We know who holds it now: those who wait here need no attempt to find out.
        var holder = new LockHolder(phase.Next.Owner, m.Revision.Value, phase.Next.Lease, null, IsForeign: false);
        return released.Then(s => s.ChangedAt > m.Revision || s.Waiters.IsEmpty
            ? Advance(s)
            : BlockOn(s with { Seen = Later(s.Seen, m.Revision) }, holder, m.Revision));
    }

    private LockStep OnPassedOn(LockState state, LockMessage.PassedOn m)
    {
        if (state.Phase is not LockPhase.PassingOn phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        var released = Released(state, phase.Request);
        return m.Revision is not { } token || state.ChangedAt > token
            ? released.Then(Advance)
            : released.Then(s => Own(s, phase.Tenure with { Token = token, Version = phase.Tenure.Version + 1, Next = null }, m.ValidFor));
    }

    private static LockStep OnPassFailed(LockState state, LockMessage.PassFailed m)
    {
        if (state.Phase is not LockPhase.PassingOn phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        // If it was not applied, the key is still the old one's and is deleted; if it was, the release does nothing and our attempt shows up.
        return NoteIfUnknown(state, m.Attempt, new UnknownOutcome(phase.Tenure.Lease, null), m.Error)
            .Then(s => RetryRelease(s, new LockPhase.Releasing(phase.Request, phase.Tenure), m.Error));
    }
}
