using Coordination.Etcd;

namespace Coordination.Locks;

/// <content>The dialogue with etcd: replies to attempts, releases and reads, and what the watch shows.</content>
internal sealed partial class LockMachine
{
    private LockStep OnAttemptWon(LockState state, LockMessage.AttemptWon m) =>
        state.Phase is LockPhase.Attempting phase && phase.Attempt == m.Attempt ? Own(state, m.Revision, phase.Lease, m.ValidFor) : state;

    private LockStep OnAttemptMet(LockState state, LockMessage.AttemptMet m)
    {
        if (state.Phase is not LockPhase.Attempting phase || phase.Attempt != m.Attempt)
        {
            return state;
        }

        var seen = state with { Seen = Later(state.Seen, m.Revision) };
        return state.DeletedAt > m.Revision ? Advance(seen)
            : IsOurs(seen, m.Current) ? MeetOurs(seen, m.Current, m.ValidFor)
            : Block(seen, m.Current, m.Revision);
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

        var seen = state with { Seen = Later(state.Seen, m.Revision), Failures = 0 };

        // While our key was there, an older attempt could not commit. Now it can.
        var step = Released(seen, phase);
        return (seen.Unresolved.IsEmpty ? step : step.Then(s => EnsureWatch(s, m.Revision.Next))).Then(Advance);
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

        var seen = state with { Seen = m.Current.ModRevision };
        return seen.Phase switch
        {
            // Its reply says more, and what this attempt meets may be what the watch shows.
            LockPhase.Attempting => seen,
            LockPhase.Releasing => seen,
            LockPhase.Holding p => OverwrittenWhileHolding(seen, p, m.Current),
            LockPhase.Confirming => Block(seen, m.Current, m.Current.ModRevision),
            _ when IsOurs(seen, m.Current) => MeetOurs(seen, m.Current, m.ValidFor),
            _ => seen with { Holder = LockValue.HolderOf(m.Current) },
        };
    }

    private LockStep OnKeyDeleted(LockState state, LockMessage.KeyDeleted m) =>
        m.Revision <= state.Seen ? state : Gone(state with { Seen = m.Revision, DeletedAt = m.Revision });

    private LockStep OnKeyRead(LockState state, LockMessage.KeyRead m)
    {
        if (m.Revision < state.Seen && state.Phase is not LockPhase.Looking)
        {
            return state;
        }

        var seen = state with { Seen = Later(state.Seen, m.Revision), Failures = 0 };
        if (seen.Phase is LockPhase.Looking && !seen.Unresolved.IsEmpty)
        {
            return EnsureWatch(seen, m.Revision.Next).Then(s => OnSeen(s, m));
        }

        return OnSeen(seen, m);
    }

    private LockStep OnSeen(LockState state, LockMessage.KeyRead m) => (state.Phase, m.Current) switch
    {
        (LockPhase.Looking, null) => TooManyUnresolved(state) ? BackOff(state, Unresolvable()) : Advance(state with { DeletedAt = m.Revision }),
        (_, null) => Gone(state with { DeletedAt = m.Revision }),
        (LockPhase.Attempting or LockPhase.Releasing, _) => state,
        (LockPhase.Holding p, { } current) => current.ModRevision == p.Token ? state : OverwrittenWhileHolding(state, p, current),
        (LockPhase.Confirming p, { } current) => current.ModRevision == p.Token ? state : Block(state, current, m.Revision),
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

    private LockStep OverwrittenWhileHolding(LockState state, LockPhase.Holding phase, KeyValue current) =>
        new LockStep(state, [new LockEffect.Lose(phase.Request, LossReason.KeyOverwritten)]).Then(s => Block(s, current, current.ModRevision));

    private bool TooManyUnresolved(LockState state) => !state.Waiters.IsEmpty && state.Unresolved.Count >= settings.MaxUnresolved;

    private EtcdException Unresolvable() => new(
        CoordinationErrorKind.LimitReached,
        WriteOutcome.NotApplied,
        $"The outcome of {settings.MaxUnresolved} attempts at this lock is unknown (MaxUnresolved): no further attempt until the lease is renewed or replaced");
}
