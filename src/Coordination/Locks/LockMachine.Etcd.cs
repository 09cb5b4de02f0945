using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Locks;

/// <content>The dialogue with etcd about the key: replies to attempts, releases and reads, and what the watch shows.</content>
internal sealed partial class LockMachine
{
    private LockStep OnAttemptWon(LockState state, LockMessage.AttemptWon m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        // The ticket that it carried went in the same transaction.
        var ticket = state.Ticket;
        var tenure = new Tenure(m.Revision, phase.Lease, 1)
        {
            Attempt = m.Attempt,
            Place = phase.Carried?.Place,
            WasFree = phase.Carried is null,
            Next = ticket?.Next,

            // Without a ticket, but in turn: nobody was in line; with a place from before, only nobody before it.
            NextIsYoungerThan = ticket is not null ? ticket.PlacedAt : phase.InTurn && state.Place is null ? m.SentAt : null,
        };
        return (phase.Carried is not null && phase.Carried.Attempt == ticket?.Attempt ? ConsumeTicket(state) : state).Then(s => s.ChangedAt > m.Revision
            ? Advance(s) // The watch was faster than the reply and shows a later change: the key is not ours any more.
            : Own(s, tenure, m.ValidFor));
    }

    private LockStep OnAttemptMet(LockState state, LockMessage.AttemptMet m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        var seen = PlaceFrom(state, m.SentAt) with { Seen = Later(state.Seen, m.Revision), Behind = m.Last?.Neighbour ?? LockValue.NeighbourOf(m.Current) };
        return state.ChangedAt > m.Revision ? Advance(seen)
            : Meet(seen, m.Current, m.Revision, m.ValidFor);
    }

    private LockStep OnAttemptBarred(LockState state, LockMessage.AttemptBarred m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        // Who is before us is not who we thought.
        var seen = PlaceFrom(state, m.SentAt) with { Seen = Later(state.Seen, m.Revision), Behind = m.Last?.Neighbour, Ticket = state.Ticket is { } t ? t with { IsLineKnown = false } : null };
        return state.ChangedAt > m.Revision ? Advance(seen) : BlockOn(seen, null, m.Revision);
    }

    private LockStep OnAttemptFailed(LockState state, LockMessage.AttemptFailed m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        var step = NoteIfUnknown(state, m.Attempt, new UnknownOutcome(phase.Lease, phase.Carried), m.Error);
        return m.Error.Kind switch
        {
            CoordinationErrorKind.LeaseNotFound => step.Do(new LockEffect.VerifyLease(phase.Lease)).Then(s => BackOff(s, m.Error)),

            // Without permission for the line the lock itself may still work: then by chance.
            CoordinationErrorKind.PermissionDenied when phase.InTurn && !state.IsLineClosed =>
                step.Do(new LockEffect.NoteLineClosed(m.Error)).Then(s => Advance(s with { IsLineClosed = true })),

            // Time does not heal these, or those who wait should decide for themselves: etcd out of space.
            CoordinationErrorKind.NoSpace => step.Then(s => FailAll(s, m.Error)).Then(Advance),
            _ when !m.Error.IsTransient && m.Error.Kind != CoordinationErrorKind.Stopped => step.Then(s => FailAll(s, m.Error)).Then(Advance),
            _ => step.Then(s => FailTries(s, m.Error)).Then(s => BackOff(s, m.Error)),
        };
    }

    private LockStep OnReleaseDone(LockState state, LockMessage.ReleaseDone m)
    {
        if (state.Phase is not LockPhase.Releasing phase || phase.Tenure.Token != m.Token)
        {
            return state;
        }

        // What the key is like at the revision of the reply is not known: the guard may have failed, and an older attempt may have committed.
        return Released(state with { Failures = 0 }, phase.Request).Then(Advance);
    }

    /// <summary>A place is as old as the attempt that found the key taken: who came after that has a later one.</summary>
    private static LockState PlaceFrom(LockState state, Instant? sentAt) => state.Place is null ? state with { PlaceSince = sentAt } : state;

    private static LockStep OnReadFailed(LockState state, LockMessage.ReadFailed m) => state.Phase switch
    {
        LockPhase.Looking => FailTries(state, m.Error).Then(s => BackOff(s, m.Error)),

        // The watch tells what comes; what was before it is still to be seen.
        LockPhase.Blocked or LockPhase.Holding when m.Error.IsTransient => new LockStep(state, [new LockEffect.SetTimer(LockTimer.Look, 1)]),
        _ => state,
    };

    private static LockStep OnReleaseFailed(LockState state, LockMessage.ReleaseFailed m) => state.Phase switch
    {
        // Without permission for the line, or whatever else is refused for good: what the release is for is still the holder's own.
        LockPhase.Releasing { IsPlain: false } p when p.Tenure.Token == m.Token && IsForGood(m.Error) => SendRelease(state, p.Request, p.Tenure),
        LockPhase.HandingOver p when p.Tenure.Token == m.Token && IsForGood(m.Error) => SendRelease(state, p.Request, p.Tenure),
        LockPhase.Releasing p when p.Tenure.Token == m.Token => RetryRelease(state, p, m.Error),

        // Whatever became of the handing over: if the key is still ours, it is deleted.
        LockPhase.HandingOver p when p.Tenure.Token == m.Token => RetryRelease(state, new LockPhase.Releasing(p.Request, p.Tenure), m.Error),
        _ => state,
    };

    private static bool IsForGood(EtcdException error) => !error.IsTransient && error.Kind != CoordinationErrorKind.LeaseNotFound;

    /// <summary>The guard makes it safe to send it again, whatever became of it, until it is done or the lease is gone.</summary>
    private static LockStep RetryRelease(LockState state, LockPhase.Releasing phase, EtcdException error)
    {
        var failures = state.Failures + 1;
        var again = new LockStep(state with { Phase = phase with { IsPlain = true }, Failures = failures }, [new LockEffect.SetTimer(LockTimer.Retry, failures)]);
        return error.IsTransient || error.Kind == CoordinationErrorKind.LeaseNotFound || phase.Request is not { } request
            ? again
            : (again with { State = again.State with { Phase = phase with { Request = null, IsPlain = true } } })
                .Do(new LockEffect.Reply(request, new LockReply.Failed(error)));
    }

    private LockStep OnKeyPut(LockState state, LockMessage.KeyPut m)
    {
        if (m.Current.ModRevision <= state.Seen)
        {
            return state;
        }

        var seen = state with { Seen = m.Current.ModRevision, ChangedAt = m.Current.ModRevision };
        return seen.Phase switch
        {
            // Its reply says more, and what this attempt meets may be what the watch shows.
            LockPhase.Attempting or LockPhase.PassingOn => seen,
            LockPhase.Releasing or LockPhase.HandingOver => seen,
            LockPhase.Holding p => Overwritten(seen, p, m.Current, m.Current.ModRevision, m.ValidFor),
            LockPhase.Confirming => Meet(seen, m.Current, m.Current.ModRevision, m.ValidFor),
            _ when IsOurs(seen, m.Current) => MeetOurs(seen, m.Current, m.ValidFor),
            LockPhase.Blocked => Taken(seen, m.Current),
            _ => seen with { Holder = LockValue.HolderOf(m.Current) },
        };
    }

    private LockStep OnKeyDeleted(LockState state, LockMessage.KeyDeleted m) =>
        m.Revision <= state.Seen ? state : Gone(state with { Seen = m.Revision, ChangedAt = m.Revision }).Then(s => s.Phase is LockPhase.Idle ? Sweep(s) : s);

    /// <summary>Revisions begin anew, and what we hold is not what the others see: nothing of it can be claimed any more.</summary>
    private static LockStep OnHistoryReplaced(LockState state)
    {
        var anew = state with { Seen = Revision.None, ChangedAt = Revision.None };
        return state.Lease is { } lease ? new LockStep(anew, [new LockEffect.GiveUpLease(lease.Id, LossReason.HistoryReplaced)]) : anew;
    }

    /// <summary>Before the watch began the key may have changed unseen: now look.</summary>
    private LockStep OnWatchStarted(LockState state)
    {
        var started = state with { Watch = KeyWatchState.On };
        return started.Phase switch
        {
            LockPhase.Blocked => StandInLine(started, isFirstLook: true),
            LockPhase.Idle when !started.Unresolved.IsEmpty => Look(started),
            LockPhase.Looking => Look(started),
            LockPhase.Idle => started,

            // The watch may have been started again, or late: what happened before it is in the read.
            _ => new LockStep(started, [new LockEffect.SendRead()]),
        };
    }

    private LockStep OnKeyRead(LockState state, LockMessage.KeyRead m)
    {
        if (m.Revision < state.Seen && (state.IsWatching || state.Phase is not LockPhase.Looking))
        {
            // The watch was faster, and what it showed was acted on.
            return state.Phase is LockPhase.Looking ? Advance(state) : state;
        }

        var seen = Shown(state, m.Current, m.Revision) with { Failures = 0, IsRecovering = state.IsRecovering && state.Phase is not LockPhase.Looking };
        if (seen.Phase is LockPhase.Looking && !seen.Unresolved.IsEmpty)
        {
            return EnsureWatch(seen, m.Revision.Next).Then(s => OnSeen(s, m));
        }

        return OnSeen(seen, m);
    }

    private LockStep OnSeen(LockState state, LockMessage.KeyRead m) => (state.Phase, m.Current) switch
    {
        (LockPhase.Looking, null) => Advance(state),
        (_, null) => Gone(state),
        (LockPhase.Attempting or LockPhase.PassingOn or LockPhase.Releasing or LockPhase.HandingOver, _) => state,
        (LockPhase.Holding p, { } current) => current.ModRevision == p.Tenure.Token ? state : Overwritten(state, p, current, m.Revision, m.ValidFor),
        (LockPhase.Confirming p, { } current) => current.ModRevision == p.Tenure.Token ? state : Meet(state, current, m.Revision, m.ValidFor),
        (_, { } current) when IsOurs(state, current) => MeetOurs(state, current, m.ValidFor),
        (LockPhase.Blocked, { } current) => Taken(state, current),
        (LockPhase.Looking, { } current) => Block(state, current, m.Revision),
        _ => state,
    };

    /// <summary>The key is certainly not there (any more).</summary>
    private LockStep Gone(LockState state) => state.Phase switch
    {
        LockPhase.Blocked { IsFree: false } => Free(state),
        LockPhase.BackingOff => new LockStep(state, [new LockEffect.CancelTimer(LockTimer.Retry)]).Then(Advance),
        LockPhase.Holding p => new LockStep(state, [new LockEffect.Lose(p.Request, LossReason.KeyDeleted)]).Then(Advance),
        LockPhase.Confirming => Advance(state),
        LockPhase.Releasing p => Released(state, p.Request).Then(Advance),
        _ => state,
    };

    private LockStep Overwritten(LockState state, LockPhase.Holding phase, KeyValue current, Revision revision, TimeSpan validFor) =>
        new LockStep(state, [new LockEffect.Lose(phase.Request, LossReason.KeyOverwritten)]).Then(s => Meet(s, current, revision, validFor));

    /// <summary>Another put is there instead of ours: somebody else's, or one of an older attempt of ours.</summary>
    private LockStep Meet(LockState state, KeyValue current, Revision revision, TimeSpan validFor) =>
        IsOurs(state, current) ? MeetOurs(state, current, validFor) : Block(state, current, revision);
}
