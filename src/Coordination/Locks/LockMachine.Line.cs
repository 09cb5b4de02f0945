using Coordination.Etcd;

namespace Coordination.Locks;

/// <content>
/// The line of those who wait: a ticket of ours in it, and the one before ours watched. Only who is first reacts when the key is deleted; when that one
/// does not, the next ones do after a while.
/// </content>
internal sealed partial class LockMachine
{
    private static readonly LockEffect[] Nothing = [];

    /// <summary>The key is free, and so far it was not.</summary>
    private LockStep Free(LockState state) =>
        !state.JoinsLine || state.Ticket is { IsFirst: true }
            ? Attempt(state with { Holder = null }, inTurn: state.JoinsLine)
            : new LockStep(
                state with { Phase = new LockPhase.Blocked(IsFree: true), Holder = null },
                [new LockEffect.CancelTimer(LockTimer.Fallback), new LockEffect.SetTimer(LockTimer.DeadHead, 0)]).Then(WatchNow);

    /// <summary>The key is taken by somebody else, while we wait.</summary>
    private static LockStep Taken(LockState state, KeyValue current)
    {
        var taken = state with { Phase = new LockPhase.Blocked(), Holder = LockValue.HolderOf(current) };
        var step = state.Phase is LockPhase.Blocked { IsFree: true }
            ? new LockStep(taken, [new LockEffect.CancelTimer(LockTimer.DeadHead), new LockEffect.SetTimer(LockTimer.Fallback, 0)])
            : taken;

        // Who was right before us has been served, so now we are first.
        if (taken is { Ticket: { IsPlaced: true, Ahead: { } ahead }, Lease: not null } && ahead.Lease == current.Lease)
        {
            step = step.Then(ForgetAhead);
        }

        // Whoever came after us should be known when it is our turn to hand the lock on: then it is too late to ask. With an inbox we are told.
        var isNewHolder = !taken.HasInbox && state.Holder?.Token != current.ModRevision.Value;
        return isNewHolder && step.State.Ticket is { IsPlaced: true, IsLineKnown: true, IsReading: false, Next: null } && taken.Lease is not null
            ? step.Then(ReadLine).Then(s => s with { Ticket = s.Ticket! with { IsLineKnown = true } })
            : step;
    }

    /// <summary>Blocked, and the watch runs or is not needed yet: sees to it that we have a ticket and know who is before us.</summary>
    /// <param name="state">The state.</param>
    /// <param name="isFirstLook">Whether the key must be looked at, ticket or not.</param>
    private LockStep StandInLine(LockState state, bool isFirstLook = false)
    {
        if (state.Lease is not { } lease || (state.Watch != KeyWatchState.On && (state.IsWatching || !state.IsToldInTurn)))
        {
            return state;
        }

        if (!state.JoinsLine)
        {
            return isFirstLook ? new LockStep(state, [new LockEffect.SendRead()]) : state;
        }

        if (state.Ticket is null)
        {
            var ticket = new LockTicket(newAttempt(), lease.Id, state.Place ?? state.Seen)
            {
                Reads = 1,
                IsPending = true,
                IsTelling = state.Behind is not null,
                AskedAt = state.Seen,
                PlacedAt = state.IsPlaceKept ? null : state.PlaceSince,
            };
            return new LockStep(state with { Ticket = ticket, Place = ticket.Place, Behind = null }, [new LockEffect.SendTicket(ticket, state.Behind)]);
        }

        return isFirstLook && (state.Ticket.IsPending || state.Ticket.IsReading) ? state with { Ticket = state.Ticket with { MustLookAgain = true } }
            : state.Ticket.IsPending || (state.Ticket.IsLineKnown && !isFirstLook) ? state
            : ReadLine(state);
    }

    private static LockStep ReadLine(LockState state)
    {
        var ticket = state.Ticket! with
        {
            Reads = state.Ticket.Reads + 1,
            IsLineKnown = false,
            IsReading = true,
            IsPending = !state.Ticket.IsPlaced,
            IsTelling = false,
            AskedAt = state.Seen,
            MustLookAgain = false,
        };
        return new LockStep(
            state with { Ticket = ticket },
            [ticket.IsPlaced ? new LockEffect.SendLineRead(ticket) : new LockEffect.SendTicket(ticket)]);
    }

    private LockStep OnLineShown(LockState state, LockMessage.LineShown m)
    {
        if (state.Ticket is not { } ticket || ticket.Attempt != m.Ticket || ticket.Reads != m.Read)
        {
            return state;
        }

        if (m.Revision < ticket.AskedAt)
        {
            // etcd answers what is so when it is asked, or later. This one has gone back: a watch will tell, if it is for good. Until then not in haste.
            var stale = ticket with { IsPending = false, IsReading = false, Failures = ticket.Failures + 1 };
            return new LockStep(state with { Ticket = stale }, [new LockEffect.SetTimer(LockTimer.Line, stale.Failures)]).Then(LeaveIfUnwanted);
        }

        var known = ticket with
        {
            IsPending = false,
            IsReading = false,
            Failures = 0,
            IsPlaced = true,
            IsLineKnown = true,
            Ahead = m.Ahead,
            SeenAt = m.Revision,
            Next = ticket.Next is { } told && told.ModRevision > m.Revision ? Sooner(m.Next, told) : m.Next,
        };
        return FollowAhead(state, known)
            .Then(s => OnKeyRead(s, new LockMessage.KeyRead(m.Current, m.Revision, m.ValidFor)))
            .Then(TakeTurn)
            .Then(LeaveIfUnwanted)
            .Then(WatchIfFirst)
            .Then(s => s.Phase is LockPhase.Blocked && (m.Revision < s.Seen || s.Ticket is { MustLookAgain: true }) && s.Lease is not null && s.Ticket is { IsReading: false }
                ? ReadLine(s) // The lock moved meanwhile, and with it the line; that the one ahead was served may have been shown already.
                : s);
    }

    /// <summary>A watch on the ticket ahead is for the case that its owner gives up or dies. In a quick line it is not worth its cost.</summary>
    private static LockStep FollowAhead(LockState state, LockTicket known)
    {
        var before = state.Ticket!;
        return before.Ahead?.Key == known.Ahead?.Key ? state with { Ticket = known }
            : new LockStep(
                state with { Ticket = known with { IsAheadWatched = false } },
                [
                    .. before.IsAheadWatched ? [new LockEffect.StopWatchAhead()] : Nothing,
                    known.Ahead is null ? new LockEffect.CancelTimer(LockTimer.WatchAhead) : new LockEffect.SetTimer(LockTimer.WatchAhead, 0),
                ]);
    }

    private static LockStep WatchAhead(LockState state) => state.Ticket is { Ahead: { } ahead, IsAheadWatched: false } ticket
        ? new LockStep(state with { Ticket = ticket with { IsAheadWatched = true } }, [new LockEffect.WatchAhead(ahead.Key)])
        : state;

    /// <summary>Who is first wakes by the deletion of the key: it may be released by a program that tells nobody.</summary>
    private static LockStep WatchIfFirst(LockState state) => state is { Phase: LockPhase.Blocked, Ticket.IsFirst: true } ? WatchNow(state) : state;

    private static LockStep WatchNow(LockState state) =>
        state.IsWatching ? state : new LockStep(state, [new LockEffect.CancelTimer(LockTimer.KeyWatch)]).Then(s => EnsureWatch(s, Revision.None));

    private static LockStep ForgetAhead(LockState state) => FollowAhead(state, state.Ticket! with { Ahead = null });

    /// <summary>Our ticket was being placed when nobody wanted it any more.</summary>
    private LockStep LeaveIfUnwanted(LockState state) => state switch
    {
        { Phase: LockPhase.Leaving, Ticket: { } ticket } => new LockStep(state, [new LockEffect.SendLeave(ticket)]),
        { Phase: LockPhase.Leaving } => Advance(state),
        _ => state,
    };

    /// <summary>
    /// Tickets of unknown outcome may stand in the line although nobody waits here. They are deleted whenever they could be in somebody's way, and now
    /// and then, until the lease is gone; if the lock is handed to one first, that is seen and undone.
    /// </summary>
    private static LockStep Sweep(LockState state) =>
        state.Lease is { } lease && state.Unresolved.Any(u => u.Value.IsTicket || u.Key == AttemptId.OfEarlierLife)
            ? new LockStep(state, [new LockEffect.SweepLine(lease.Id, state.Ticket), new LockEffect.SetTimer(LockTimer.Sweep, 0)])
            : state;

    /// <summary>The key was already known to be free, and now it is our turn.</summary>
    private LockStep TakeTurn(LockState state) => state is { Phase: LockPhase.Blocked { IsFree: true }, Ticket.IsFirst: true, JoinsLine: true }
        ? Attempt(state, inTurn: true)
        : state;

    private LockStep OnLineFailed(LockState state, LockMessage.LineFailed m)
    {
        if (state.Ticket is not { } ticket || ticket.Attempt != m.Ticket || ticket.Reads != m.Read)
        {
            return state;
        }

        // A ticket that may still appear can be handed the lock under this id; the next request for one has another.
        var isUnknown = !ticket.IsPlaced && m.Error.Outcome == WriteOutcome.Unknown;
        var step = isUnknown ? NoteIfUnknown(state, ticket.Attempt, new UnknownOutcome(ticket.Lease, ticket, IsTicket: true), m.Error) : state;
        step = step.Then(s => s with { Ticket = ticket with { IsPending = false, IsReading = false, Failures = ticket.Failures + 1, Attempt = isUnknown ? newAttempt() : ticket.Attempt } });
        if (m.Error.Kind == CoordinationErrorKind.PermissionDenied && ticket is { IsTelling: true, IsPlaced: false } && state.Phase is LockPhase.Blocked)
        {
            // It may be the other's inbox that we may not write to. The holder will look for us.
            return step.Then(ReadLine);
        }

        return (m.Error.Kind switch
        {
            CoordinationErrorKind.LeaseNotFound => step.Then(DropTicket).Do(new LockEffect.VerifyLease(ticket.Lease)).Do(new LockEffect.SetTimer(LockTimer.Line, 1)),
            _ when m.Error.IsTransient => step.Do(new LockEffect.SetTimer(LockTimer.Line, ticket.Failures + 1)),

            // Without permission for the line the lock itself still works: then by chance.
            _ => (ticket.IsPlaced ? step : step.Then(DropTicket)).Do(new LockEffect.NoteLineClosed(m.Error)).Then(CloseLine),
        }).Then(LeaveIfUnwanted);
    }

    private LockStep CloseLine(LockState state)
    {
        var closed = state with { IsLineClosed = true };
        return closed.Phase switch
        {
            LockPhase.Blocked { IsFree: true } => Attempt(closed, inTurn: false),
            LockPhase.Blocked => new LockStep(closed, [new LockEffect.SendRead()]),
            LockPhase.Leaving => Advance(closed),
            _ => closed,
        };
    }

    private static LockStep OnAheadWatched(LockState state, LockMessage.AheadWatched m) =>
        state is { Phase: LockPhase.Blocked, Ticket: { Ahead: { } ahead, IsPlaced: true }, Lease: not null } && ahead.Key == m.Key ? ReadLine(state) : state;

    private static LockStep OnAheadGone(LockState state, LockMessage.AheadGone m)
    {
        if (state.Ticket is not { } ticket || ticket.Ahead?.Key != m.Key)
        {
            return state;
        }

        var unknown = ForgetAhead(state with { Ticket = ticket with { IsLineKnown = false } });
        return state.Phase is LockPhase.Blocked && state.Lease is not null ? unknown.Then(ReadLine) : unknown;
    }

    private LockStep OnLineLeft(LockState state, LockMessage.LineLeft m)
    {
        if (state.Phase is not LockPhase.Leaving || state.Ticket is not { } ticket || ticket.Attempt != m.Ticket)
        {
            return state;
        }

        // The lock may have been handed to us before our ticket was gone.
        var left = DropTicket(state with { Place = null, IsPlaceKept = false, Failures = 0 });
        return m.Revision >= state.Seen && m.Current is { } current && current.Lease == ticket.Lease && LockValue.AttemptOf(current) == ticket.Attempt
            ? left.Then(s => Own(Shown(s, current, m.Revision), new Tenure(current.ModRevision, current.Lease, current.Version), m.ValidFor))
            : left.Then(Advance);
    }

    private LockStep OnLeaveFailed(LockState state, LockMessage.LeaveFailed m)
    {
        if (state.Phase is not LockPhase.Leaving || state.Ticket?.Attempt != m.Ticket)
        {
            return state;
        }

        if (!m.Error.IsTransient)
        {
            // It stays until the lease is gone. Until then the lock may be handed to it.
            var left = state with { Place = null, Unresolved = state.Unresolved.Add(m.Ticket, new UnknownOutcome(state.Ticket.Lease, state.Ticket, IsTicket: true)) };
            return DropTicket(left).Do(new LockEffect.NoteLineClosed(m.Error)).Then(Advance);
        }

        // Deleting a ticket that only we use can be repeated, until it is done or the lease is gone.
        var failures = state.Failures + 1;
        return new LockStep(state with { Failures = failures }, [new LockEffect.SetTimer(LockTimer.Retry, failures)]);
    }

    /// <summary>Our ticket is used up, by our attempt or by a hand-over: the next one of ours takes a new place.</summary>
    private static LockStep ConsumeTicket(LockState state) => DropTicket(state with { Place = null, IsPlaceKept = false });

    private static LockStep DropTicket(LockState state) =>
        state.Ticket is null ? state : ForgetAhead(state).Then(s => s with { Ticket = null });
}
