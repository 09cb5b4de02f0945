using Coordination.Etcd;

namespace Coordination.Elections;

/// <content>The way to the head of the line: enter, look, wait for the one before, look again.</content>
internal sealed partial class CandidateMachine
{
    private const int EvictionsWithoutPause = 3;

    private static CandidateStep Enter(CandidateState state)
    {
        if (state.Lease is not { } lease)
        {
            return StopLineWork(state with { Phase = new CandidatePhase.WithoutLease() });
        }

        var round = state.Round + 1;
        return StopLineWork(state with { Phase = new CandidatePhase.Entering(), Round = round })
            .Do(new CandidateEffect.SendEnter(round, lease.Id, state.Value));
    }

    private static CandidateStep OnEntered(CandidateState state, CandidateMessage.Entered m) => state.Phase is CandidatePhase.Entering && m.Round == state.Round
        ? Take(state with { OwnAt = m.Created }, m.Created, m.Predecessor, m.Created, m.ValidFor)
        : state;

    private static CandidateStep OnEnterMet(CandidateState state, CandidateMessage.EnterMet m)
    {
        if (state.Phase is not CandidatePhase.Entering || m.Round != state.Round || state.Lease is not { } lease)
        {
            return state;
        }

        // The name of the key is the lease's, so on our lease and with our value it is ours: the reply to the attempt was lost. Else somebody made something
        // else of it; it takes a place in the line that nobody stands for, so it is removed.
        var met = state with { OwnAt = m.Current.ModRevision };
        return m.Current.Lease == lease.Id && m.Current.Value == state.Value
            ? Look(met, m.Current.CreateRevision)
            : Retreat(met, m.Current.CreateRevision);
    }

    private static CandidateStep OnEnterFailed(CandidateState state, EtcdException error) => error.Kind == CoordinationErrorKind.LeaseNotFound
        ? BackOff(state, Revision.None).Do(new CandidateEffect.VerifyLease(state.Lease!.Id))
        : FailOrBackOff(state, Revision.None, error);

    private static CandidateStep Look(CandidateState state, Revision created)
    {
        var round = state.Round + 1;
        return new CandidateStep(
            state with { Phase = new CandidatePhase.Looking(created), Round = round },
            [new CandidateEffect.SendLook(round, state.Lease!.Id, created)]);
    }

    private static CandidateStep OnLooked(CandidateState state, CandidateMessage.Looked m)
    {
        if (state.Phase is not CandidatePhase.Looking p || m.Round != state.Round)
        {
            return state;
        }

        return m.Own is null ? EnterAgain(state)
            : m.Own.ModRevision != state.OwnAt ? Retreat(state, p.Created)
            : Take(state, p.Created, m.Predecessor, m.Revision, m.ValidFor);
    }

    /// <summary>Our key is in the line, as of this revision: takes the place that it has.</summary>
    private static CandidateStep Take(CandidateState state, Revision created, KeyValue? predecessor, Revision revision, TimeSpan validFor)
    {
        var placed = state with { Failures = 0, IsOwnWatched = true };
        var step = state.IsOwnWatched
            ? (CandidateStep)placed
            : new CandidateStep(placed, [new CandidateEffect.StartWatch(CandidateWatch.Own, Bytes.Empty, revision.Next)]);
        return step.Then(s => predecessor is null ? Lead(s, created, validFor) : Wait(s, created, predecessor.Key));
    }

    /// <summary>
    /// The watch begins with what is new when it arrives: etcd serves one from a past revision, even a past of a moment, 100 ms late. What happened before
    /// its begin is found by one more look after it.
    /// </summary>
    private static CandidateStep Wait(CandidateState state, Revision created, Bytes predecessor)
    {
        var waiting = state with { Phase = new CandidatePhase.Waiting(created), Predecessor = predecessor };
        if (state.Predecessor == predecessor)
        {
            return state.NeedsLook
                ? Look(waiting with { NeedsLook = false }, created)
                : new CandidateStep(waiting, [new CandidateEffect.SetTimer(CandidateTimer.Fallback, 0)]);
        }

        return StopPredecessorWatch(state).Then(_ => waiting with { NeedsLook = false }).Do(
            new CandidateEffect.StartWatch(CandidateWatch.Predecessor, predecessor, Revision.None),
            new CandidateEffect.SetTimer(CandidateTimer.Fallback, 0));
    }

    private static CandidateStep OnPredecessorWatched(CandidateState state) =>
        state.Phase is CandidatePhase.Waiting p ? Look(state, p.Created) : state with { NeedsLook = true };

    /// <summary>Nobody is before us. Leading needs half of the lease's time.</summary>
    private static CandidateStep Lead(CandidateState state, Revision created, TimeSpan validFor) => validFor < state.Lease!.Ttl / 2
        ? new CandidateStep(
            state with { Phase = new CandidatePhase.Confirming(created) },
            [new CandidateEffect.VerifyLease(state.Lease.Id), new CandidateEffect.SetTimer(CandidateTimer.Confirm, 0)])
        : StopPredecessorWatch(state with { Phase = new CandidatePhase.Leading(created) }).Do(
            new CandidateEffect.CancelTimer(CandidateTimer.Fallback),
            new CandidateEffect.Elect(created, state.Lease.Id),
            new CandidateEffect.StartWatch(CandidateWatch.Side, Bytes.Empty, Revision.None));

    private static CandidateStep OnPredecessorGone(CandidateState state)
    {
        // The watch has said all it can. Whoever stands before us now is found by looking, which starts the next one.
        var step = StopPredecessorWatch(state);
        return state.Phase is CandidatePhase.Waiting p ? step.Then(s => Look(s, p.Created)) : step;
    }

    /// <summary>
    /// Our key is gone: a leader put somebody else first, which is rare, or somebody deletes keys, which may go on. So the first times at once, then later.
    /// </summary>
    private static CandidateStep EnterAgain(CandidateState state)
    {
        var evicted = state with { Evictions = state.Evictions + 1 };
        return evicted.Evictions <= EvictionsWithoutPause ? Enter(evicted) : StopLineWork(evicted).Then(s => BackOff(s, Revision.None));
    }

    private static CandidateStep Retreat(CandidateState state, Revision created) =>
        StopLineWork(state with { Phase = new CandidatePhase.Retreating(created, state.Lease!.Id) }).Then(s => SendRemove(s, s.Lease!.Id, created));

    private static CandidateStep FailOrBackOff(CandidateState state, Revision created, EtcdException error) => IsFatal(error)
        ? new CandidateStep(state, [new CandidateEffect.AnswerCampaign(new ElectionReply.Failed(error))]).Then(Depart)
        : BackOff(state, created).Do(new CandidateEffect.Note(error.Message));

    private static CandidateStep BackOff(CandidateState state, Revision created)
    {
        var failures = state.Failures + 1;
        return new CandidateStep(
            state with { Phase = new CandidatePhase.BackingOff(created), Failures = failures },
            [new CandidateEffect.SetTimer(CandidateTimer.Retry, failures)]);
    }

    /// <summary>Nothing of the way to the head is under way any more.</summary>
    private static CandidateStep StopLineWork(CandidateState state)
    {
        var step = StopPredecessorWatch(state).Do(
            new CandidateEffect.CancelTimer(CandidateTimer.Retry),
            new CandidateEffect.CancelTimer(CandidateTimer.Fallback),
            new CandidateEffect.CancelTimer(CandidateTimer.Confirm));
        return state.IsOwnWatched
            ? (step with { State = step.State with { IsOwnWatched = false } }).Do(new CandidateEffect.StopWatch(CandidateWatch.Own))
            : step;
    }

    private static CandidateStep StopPredecessorWatch(CandidateState state) => state.Predecessor is null
        ? state
        : new CandidateStep(state with { Predecessor = null }, [new CandidateEffect.StopWatch(CandidateWatch.Predecessor)]);
}
