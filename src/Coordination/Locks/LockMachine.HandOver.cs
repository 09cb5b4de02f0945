using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Locks;

/// <content>
/// What becomes of the lock when its holder releases it: it is handed to the next in line or passed to the next request of this process, in the
/// releasing transaction; or the key is deleted, and the next in line is told.
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
        if (tenure.Next is { } next && CanBeGiven(tenure, next))
        {
            return step.Then(s => GiveTo(s, m.Request, tenure, next, m.Now));
        }

        // In one transaction with a look at the line: nobody here overtakes who waits elsewhere.
        return tenure.Version <= settings.MaxHandOvers && !state.Waiters.IsEmpty && state.Ticket is null && state.Lease?.Id == tenure.Lease
            ? step.Then(s => PassOn(s, m.Request, tenure))
            : step.Then(s => GiveBack(s, m.Request, tenure));
    }

    /// <summary>Nobody is known who waits. Where the key was taken by waiting, others may wait who are not woken by its deletion.</summary>
    private static LockStep GiveBack(LockState state, LockRequestId? request, Tenure tenure) => tenure.WasFree
        ? SendRelease(state, request, tenure)
        : new LockStep(
            state with { Phase = new LockPhase.Releasing(request, tenure), Failures = 0 },
            [new LockEffect.SendReleaseIfAlone(tenure.Token, tenure.Place, tenure.Lease)]);

    /// <summary>A ticket of ours that we did not need stands in nobody's way: it is used by our next attempt, or taken out.</summary>
    private static bool CanBeGiven(Tenure tenure, LineTicket next) => next.IsOfOurForm && next.Lease != tenure.Lease;

    /// <summary>The next in line is known: it gets the lock when it took its ticket a moment ago; else it is only told, as it may be dead.</summary>
    private LockStep GiveTo(LockState state, LockRequestId? request, Tenure tenure, LineTicket next, Instant now) =>
        tenure.Version <= settings.MaxHandOvers && IsYoung(tenure, now)
            ? new LockStep(
                state with { Phase = new LockPhase.HandingOver(request, tenure, next), Failures = 0 },
                [new LockEffect.SendHandOver(tenure.Token, next, tenure.Version)])
            : SendRelease(state, request, tenure, next);

    private bool IsYoung(Tenure tenure, Instant now) => tenure.NextIsYoungerThan is { } since && now - since < settings.HandOverWindow;

    private LockStep PassOn(LockState state, LockRequestId request, Tenure tenure)
    {
        var attempt = newAttempt();
        return new LockStep(
            state with { Phase = new LockPhase.PassingOn(request, tenure, attempt), ChangedAt = Revision.None, Failures = 0 },
            [new LockEffect.SendPass(tenure.Token, attempt, tenure.Lease, tenure.Place)]);
    }

    private LockStep OnHandedOver(LockState state, LockMessage.HandedOver m)
    {
        if (state.Phase is not LockPhase.HandingOver phase || phase.Tenure.Token != m.Token)
        {
            return state;
        }

        if (!m.WasGiven)
        {
            // That one has left the line.
            return GiveBack(state, phase.Request, phase.Tenure with { Next = null, WasFree = false });
        }

        // We know who holds it now: those who wait here need no attempt to find out.
        var holder = new LockHolder(phase.Next.Owner, m.Revision.Value, phase.Next.Lease, null, IsForeign: false);
        var given = new GivenAway(holder, m.Revision, m.Last?.Neighbour ?? phase.Next.Neighbour, m.SentAt);
        return Released(state, phase.Request).Then(s =>
            s.ChangedAt > m.Revision ? Advance(s)
            : s.Waiters.IsEmpty ? Advance(s with { Given = given, Seen = Later(s.Seen, m.Revision) })
            : StandBehind(s, given));
    }

    private LockStep StandBehind(LockState state, GivenAway given) =>
        BlockOn(PlaceFrom(state, given.At) with { Seen = Later(state.Seen, given.Revision), Behind = given.Last, Given = null }, given.To, given.Revision);

    /// <summary>Whether nothing is known to have happened to the key since we handed it over a moment ago.</summary>
    private GivenAway? JustGiven(LockState state, LockMessage.Acquire m) =>
        state is { Phase: LockPhase.Idle, Given: { } given, Lease: not null, IsToldInTurn: true, Ticket: null }
            && given.Revision >= state.Seen && m.Now - given.At < settings.RejoinWindow
            ? given
            : null;

    private LockStep OnNextShown(LockState state, LockMessage.NextShown m)
    {
        var (isAwaited, request, tenure) = state.Phase switch
        {
            LockPhase.Releasing p => (p.Tenure.Token == m.Token, p.Request, p.Tenure),
            LockPhase.PassingOn p => (p.Tenure.Token == m.Token, p.Request, p.Tenure),
            _ => (false, null, null!),
        };
        return !isAwaited ? state
            : !m.IsOurs ? Released(state with { Failures = 0 }, request).Then(Advance)
            : m.First is { } first && CanBeGiven(tenure, first) ? GiveTo(state, request, tenure with { Next = first }, first, m.Now)
            : SendRelease(state, request, tenure);
    }

    private LockStep OnPassedOn(LockState state, LockMessage.PassedOn m)
    {
        if (state.Phase is not LockPhase.PassingOn phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        var tenure = new Tenure(m.Revision, phase.Tenure.Lease, phase.Tenure.Version + 1) { Attempt = m.Attempt, NextIsYoungerThan = m.SentAt };
        return Released(state, phase.Request).Then(s => s.ChangedAt > m.Revision ? Advance(s) : Own(s, tenure, m.ValidFor));
    }

    private static LockStep OnPassFailed(LockState state, LockMessage.PassFailed m)
    {
        if (state.Phase is not LockPhase.PassingOn phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        // If it was not applied, the key is still the old one's and is deleted; if it was, the release does nothing and our attempt shows up.
        return IsForGood(m.Error)
            ? SendRelease(state, phase.Request, phase.Tenure)
            : NoteIfUnknown(state, m.Attempt, new UnknownOutcome(phase.Tenure.Lease, null), m.Error)
            .Then(s => RetryRelease(s, new LockPhase.Releasing(phase.Request, phase.Tenure), m.Error));
    }

    /// <summary>Somebody stands behind us: in line, or for the lock that we hold. Of several, the first in line is next.</summary>
    private static LockState OnFollowed(LockState state, LockMessage.Followed m)
    {
        if (state.Ticket is { } ticket && ticket.Attempt == m.By)
        {
            return state with { Ticket = ticket with { Next = Sooner(ticket.Next, m.Next) } };
        }

        return state.Phase switch
        {
            LockPhase.Holding p when p.Tenure.Attempt == m.By => state with { Phase = p with { Tenure = Follow(p.Tenure, m.Next) } },
            LockPhase.Confirming p when p.Tenure.Attempt == m.By => state with { Phase = p with { Tenure = Follow(p.Tenure, m.Next) } },
            _ => state,
        };
    }

    private static Tenure Follow(Tenure tenure, LineTicket next) => tenure with { Next = Sooner(tenure.Next, next) };

    private static LineTicket Sooner(LineTicket? known, LineTicket told) =>
        known is null || told.Key.CompareTo(known.Key) < 0 ? told : known;

    /// <summary>The key was deleted, and it is our turn.</summary>
    private LockStep OnCalled(LockState state, LockMessage.Called m)
    {
        if (m.Revision < state.Seen)
        {
            return state;
        }

        // The watch may have shown the deletion already; that it is our turn is news even then.
        var called = state.Ticket is { IsPlaced: true } ticket && ticket.Attempt == m.Ticket && state.Lease is not null
            ? ForgetAhead(state).Then(s => s with { Ticket = s.Ticket! with { IsLineKnown = true } })
            : state;
        return called.Then(s => OnKeyDeleted(s, new LockMessage.KeyDeleted(m.Revision))).Then(TakeTurn);
    }
}
