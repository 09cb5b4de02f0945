using Coordination.Etcd;

namespace Coordination.Locks;

/// <content>The dialogue with etcd: replies to attempts, releases and reads, and what the watch shows.</content>
internal sealed partial class LockMachine
{
    private LockStep OnAttemptWon(LockState state, LockMessage.AttemptWon m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        // When the watch was faster than the reply and shows a later change, the key is not ours any more.
        return state.ChangedAt > m.Revision ? Advance(state) : Own(state, m.Revision, phase.Lease, m.ValidFor);
    }

    private LockStep OnAttemptMet(LockState state, LockMessage.AttemptMet m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        var seen = state with { Seen = Later(state.Seen, m.Revision) };
        return state.ChangedAt > m.Revision ? Advance(seen)
            : Meet(seen, m.Current, m.Revision, m.ValidFor);
    }

    private LockStep OnAttemptFailed(LockState state, LockMessage.AttemptFailed m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        LockStep step = m.Error.Outcome == WriteOutcome.Unknown
            ? new LockStep(state with { Unresolved = state.Unresolved.Add(m.Attempt, phase.Lease) }, [new LockEffect.NoteUnknown(m.Attempt, m.Error)])
            : state;
        return m.Error.Kind switch
        {
            CoordinationErrorKind.LeaseNotFound => step.Do(new LockEffect.VerifyLease(phase.Lease)).Then(s => BackOff(s, m.Error)),

            // Time does not heal these, or those who wait should decide for themselves: etcd out of space.
            CoordinationErrorKind.NoSpace => step.Then(s => FailAll(s, m.Error)).Then(Advance),
            _ when !m.Error.IsTransient && m.Error.Kind != CoordinationErrorKind.Stopped => step.Then(s => FailAll(s, m.Error)).Then(Advance),
            _ => step.Then(s => FailTries(s, m.Error)).Then(s => BackOff(s, m.Error)),
        };
    }

    private LockStep OnReleaseDone(LockState state, LockMessage.ReleaseDone m)
    {
        if (state.Phase is not LockPhase.Releasing phase || phase.Token != m.Token)
        {
            return state;
        }

        // What the key is like at the revision of the reply is not known: the guard may have failed, and an older attempt may have committed.
        return Released(state with { Failures = 0 }, phase).Then(Advance);
    }

    private static LockStep OnReleaseFailed(LockState state, LockMessage.ReleaseFailed m)
    {
        if (state.Phase is not LockPhase.Releasing phase || phase.Token != m.Token)
        {
            return state;
        }

        // The guard makes it safe to send it again, whatever became of it, until it is done or the lease is gone.
        var failures = state.Failures + 1;
        var again = new LockStep(state with { Failures = failures }, [new LockEffect.SetTimer(LockTimer.Retry, failures)]);
        return m.Error.IsTransient || phase.Request is not { } request
            ? again
            : (again with { State = again.State with { Phase = phase with { Request = null } } })
                .Do(new LockEffect.Reply(request, new LockReply.Failed(m.Error)));
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
            LockPhase.Attempting => seen,
            LockPhase.Releasing => seen,
            LockPhase.Holding p => Overwritten(seen, p, m.Current, m.Current.ModRevision, m.ValidFor),
            LockPhase.Confirming => Meet(seen, m.Current, m.Current.ModRevision, m.ValidFor),
            _ when IsOurs(seen, m.Current) => MeetOurs(seen, m.Current, m.ValidFor),
            _ => seen with { Holder = LockValue.HolderOf(m.Current) },
        };
    }

    private LockStep OnKeyDeleted(LockState state, LockMessage.KeyDeleted m) =>
        m.Revision <= state.Seen ? state : Gone(state with { Seen = m.Revision, ChangedAt = m.Revision });

    private LockStep OnKeyRead(LockState state, LockMessage.KeyRead m)
    {
        if (m.Revision < state.Seen && (state.IsWatching || state.Phase is not LockPhase.Looking))
        {
            // The watch was faster, and what it showed was acted on.
            return state.Phase is LockPhase.Looking ? Advance(state) : state;
        }

        var seen = state with
        {
            Seen = Later(state.Seen, m.Revision),
            ChangedAt = Later(state.ChangedAt, m.Current?.ModRevision ?? m.Revision),
            Failures = 0,
        };
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
        (LockPhase.Attempting or LockPhase.Releasing, _) => state,
        (LockPhase.Holding p, { } current) => current.ModRevision == p.Token ? state : Overwritten(state, p, current, m.Revision, m.ValidFor),
        (LockPhase.Confirming p, { } current) => current.ModRevision == p.Token ? state : Meet(state, current, m.Revision, m.ValidFor),
        (_, { } current) when IsOurs(state, current) => MeetOurs(state, current, m.ValidFor),
        (LockPhase.Looking or LockPhase.Blocked, { } current) => Block(state, current, m.Revision),
        _ => state,
    };

    /// <summary>The key is certainly not there (any more).</summary>
    private LockStep Gone(LockState state) => state.Phase switch
    {
        LockPhase.Blocked => new LockStep(state, [new LockEffect.CancelTimer(LockTimer.Fallback)]).Then(Advance),
        LockPhase.BackingOff => new LockStep(state, [new LockEffect.CancelTimer(LockTimer.Retry)]).Then(Advance),
        LockPhase.Holding p => new LockStep(state, [new LockEffect.Lose(p.Request, LossReason.KeyDeleted)]).Then(Advance),
        LockPhase.Confirming => Advance(state),
        LockPhase.Releasing p => Released(state, p).Then(Advance),
        _ => state,
    };

    private LockStep Overwritten(LockState state, LockPhase.Holding phase, KeyValue current, Revision revision, TimeSpan validFor) =>
        new LockStep(state, [new LockEffect.Lose(phase.Request, LossReason.KeyOverwritten)]).Then(s => Meet(s, current, revision, validFor));

    /// <summary>Another put is there instead of ours: somebody else's, or one of an older attempt of ours.</summary>
    private LockStep Meet(LockState state, KeyValue current, Revision revision, TimeSpan validFor) =>
        IsOurs(state, current) ? MeetOurs(state, current, validFor) : Block(state, current, revision);
}
