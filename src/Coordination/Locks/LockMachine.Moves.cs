using Coordination.Etcd;

namespace Coordination.Locks;

/// <content>The moves that several messages lead to.</content>
internal sealed partial class LockMachine
{
    /// <summary>Nothing is under way (any more): begins what is to be done next.</summary>
    private LockStep Advance(LockState state)
    {
        var idle = state with { Phase = new LockPhase.Idle() };
        if (idle.IsRecovering)
        {
            return Look(idle);
        }

        if (!idle.Waiters.IsEmpty)
        {
            return idle.Lease is null ? idle
                : idle.Unresolved.Count >= settings.MaxUnresolved ? new LockStep(idle, [new LockEffect.GiveUpLease(idle.Lease.Id)])
                : Attempt(idle, inTurn: idle.JoinsLine);
        }

        if (idle.Ticket is { } ticket)
        {
            var leaving = idle with { Phase = new LockPhase.Leaving() };
            return ticket.IsPending ? leaving : new LockStep(leaving, [new LockEffect.SendLeave(ticket)]);
        }

        idle = idle with { Place = null, IsPlaceKept = false, PlaceSince = null };
        if (!idle.Unresolved.IsEmpty)
        {
            // An attempt that may still commit: the watch will show it. A read gives the watch its start, and shows what the watch showed in vain
            // while something else was under way.
            return idle.IsWatching && state.Phase is LockPhase.Idle or LockPhase.Looking or LockPhase.Blocked ? Sweep(idle) : Look(idle);
        }

        return idle.IsWatching ? new LockStep(idle with { Watch = KeyWatchState.Off }, [new LockEffect.StopWatch()]) : idle;
    }

    private LockStep Attempt(LockState state, bool inTurn)
    {
        // A new id each time: an attempt whose outcome is unknown stays recognisable beside its successor.
        if (state.Lease is not { } lease)
        {
            return state with { Phase = new LockPhase.Idle() };
        }

        var attempt = newAttempt();
        var ticket = state.Ticket is { IsPending: false } ? state.Ticket : null;
        return new LockStep(
            state with { Phase = new LockPhase.Attempting(attempt, lease.Id, ticket, inTurn), ChangedAt = Revision.None, Given = null },
            [.. Timers(state), new LockEffect.SendAttempt(attempt, lease.Id, inTurn, inTurn ? state.Place : null, ticket)]);
    }

    /// <summary>The timers of a wait that ends.</summary>
    private static LockEffect[] Timers(LockState state) => state.Phase switch
    {
        LockPhase.Blocked { IsFree: true } => [new LockEffect.CancelTimer(LockTimer.DeadHead)],
        LockPhase.Blocked when !state.IsWatching => [new LockEffect.CancelTimer(LockTimer.Fallback), new LockEffect.CancelTimer(LockTimer.KeyWatch)],
        LockPhase.Blocked => [new LockEffect.CancelTimer(LockTimer.Fallback)],
        _ => [],
    };

    private static LockStep Look(LockState state) => new(
        state with { Phase = new LockPhase.Looking() },
        [state is { IsRecovering: true, Lease: { } lease } ? new LockEffect.SendRecovery(lease.Id) : new LockEffect.SendRead()]);

    private static LockStep BackOff(LockState state, EtcdException error)
    {
        var failures = state.Failures + 1;
        return new LockStep(
            state with { Phase = new LockPhase.BackingOff(), Failures = failures, LastError = error },
            [new LockEffect.SetTimer(LockTimer.Retry, failures)]);
    }

    private static LockStep EnsureWatch(LockState state, Revision from) => state.IsWatching
        ? state
        : new LockStep(state with { Watch = from == Revision.None ? KeyWatchState.Starting : KeyWatchState.On }, [new LockEffect.StartWatch(from)]);

    /// <summary>The key is ours: hand the lock to the first in line, or remove the key when nobody wants it.</summary>
    private LockStep Own(LockState state, Tenure tenure, TimeSpan validFor)
    {
        var seen = state with { Seen = Later(state.Seen, tenure.Token), Failures = 0, LastError = null, Holder = null };
        if (seen.Lease?.Id != tenure.Lease)
        {
            return Advance(seen);
        }

        if (seen.Waiters.IsEmpty)
        {
            return GiveBack(seen, null, tenure);
        }

        if (validFor < seen.Lease.Ttl / 2)
        {
            return new LockStep(
                seen with { Phase = new LockPhase.Confirming(tenure) },
                [new LockEffect.VerifyLease(tenure.Lease), new LockEffect.SetTimer(LockTimer.Confirm, 0)]);
        }

        var request = seen.Waiters[0].Request;
        var step = new LockStep(
            seen with { Phase = new LockPhase.Holding(request, tenure), Waiters = seen.Waiters.RemoveAt(0) },
            [new LockEffect.Grant(request, tenure.Token, tenure.Lease)]);
        return (seen.IsWatching ? step : step.Do(new LockEffect.SetTimer(LockTimer.OwnKeyWatch, 0))).Then(s => AnswerTries(s, new LockReply.NotAcquired(null)));
    }

    /// <summary>The key is somebody else's: wait for its change, if anybody wants to wait.</summary>
    private LockStep Block(LockState state, KeyValue current, Revision revision) => BlockOn(state, LockValue.HolderOf(current), revision);

    /// <summary>Somebody else holds the key, or nobody does and it is somebody else's turn.</summary>
    private LockStep BlockOn(LockState state, LockHolder? holder, Revision revision)
    {
        var seen = state with { Holder = holder, Failures = 0, LastError = null, Seen = Later(state.Seen, revision) };
        return AnswerTries(seen, new LockReply.NotAcquired(holder)).Then(s => s.Waiters.IsEmpty
            ? Advance(s)
            : WatchSoon(s with { Phase = new LockPhase.Blocked(IsFree: holder is null), Place = s.JoinsLine ? s.Place ?? revision : s.Place })
                .Do(new LockEffect.SetTimer(holder is null ? LockTimer.DeadHead : LockTimer.Fallback, 0))
                .Then(w => StandInLine(w)));
    }

    /// <summary>Who is told when its turn comes needs no watch, unless that takes long. In a quick line the watches would cost more than all else.</summary>
    private static LockStep WatchSoon(LockState state) =>
        state.IsWatching ? state
        : state is { IsToldInTurn: true, Phase: LockPhase.Blocked { IsFree: false } } ? new LockStep(state, [new LockEffect.SetTimer(LockTimer.KeyWatch, 0)])
        : EnsureWatch(state, Revision.None);

    /// <summary>A key that carries our lease and our form, met outside of its own reply.</summary>
    private LockStep MeetOurs(LockState state, KeyValue current, TimeSpan validFor)
    {
        var attempt = LockValue.AttemptOf(current)!.Value;
        var tenure = new Tenure(current.ModRevision, current.Lease, current.Version) { Attempt = attempt, Place = state.Place };
        var waiting = new LockStep(state, [.. Timers(state)]);
        if (state.Ticket is { } ticket && ticket.Attempt == attempt)
        {
            // It was handed to us, and our ticket went in the same transaction.
            return waiting.Then(ConsumeTicket).Then(s => Own(s, tenure with { Next = ticket.Next, NextIsYoungerThan = ticket.PlacedAt }, validFor));
        }

        if (state.Unresolved.TryGetValue(attempt, out var unknown))
        {
            // A ticket that it carried went with it.
            var others = state with { Unresolved = state.Unresolved.Remove(attempt) };
            var resolved = waiting with { State = others };
            resolved = !unknown.IsTicket && unknown.Ticket?.Attempt is { } carried && carried == state.Ticket?.Attempt ? resolved.Then(ConsumeTicket) : resolved;
            return (state.Waiters.IsEmpty ? resolved.Do(new LockEffect.NoteAbandonedFound(attempt)) : resolved).Then(s => Own(s, tenure, validFor));
        }

        // Of an earlier life of this actor: its token may have been handed out, so it cannot be handed out again.
        return waiting.Do(new LockEffect.NoteAbandonedFound(attempt))
            .Then(s => SendRelease(s with { Seen = Later(s.Seen, current.ModRevision) }, null, tenure));
    }

    private static bool IsOurs(LockState state, KeyValue current) =>
        state.Lease is { } lease && current.Lease == lease.Id && LockValue.AttemptOf(current) is not null;

    private static LockState Shown(LockState state, KeyValue? current, Revision revision) => state with
    {
        Seen = Later(state.Seen, revision),
        ChangedAt = Later(state.ChangedAt, current?.ModRevision ?? revision),
    };

    private static LockStep NoteIfUnknown(LockState state, AttemptId attempt, UnknownOutcome request, EtcdException error) =>
        error.Outcome == WriteOutcome.Unknown
            ? new LockStep(state with { Unresolved = state.Unresolved.Add(attempt, request) }, [new LockEffect.NoteUnknown(attempt, error)])
            : state;

    private static LockStep SendRelease(LockState state, LockRequestId? request, Tenure tenure, LineTicket? next = null) =>
        new(state with { Phase = new LockPhase.Releasing(request, tenure, IsPlain: next is null), Failures = 0 }, [new LockEffect.SendRelease(tenure.Token, next)]);

    private static LockStep Released(LockState state, LockRequestId? request) => request is { } to
        ? new LockStep(state, [new LockEffect.Reply(to, new LockReply.Released())])
        : state;

    private static LockStep AnswerTries(LockState state, LockReply answer)
    {
        var tries = state.Waiters.FindAll(w => w.IsTry);
        return tries.IsEmpty
            ? state
            : new LockStep(state with { Waiters = state.Waiters.RemoveAll(w => w.IsTry) }, [.. tries.Select(w => new LockEffect.Reply(w.Request, answer))]);
    }

    private static LockStep FailTries(LockState state, EtcdException error) => AnswerTries(state, new LockReply.Failed(error));

    private static LockStep FailAll(LockState state, EtcdException error) => new(
        state with { Waiters = [] },
        [.. state.Waiters.Select(w => new LockEffect.Reply(w.Request, new LockReply.Failed(error)))]);

    private static Revision Later(Revision a, Revision b) => a > b ? a : b;
}
