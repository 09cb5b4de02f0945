using Coordination.Etcd;

namespace Coordination.Elections;

/// <content>The way out: resign, transfer, hand over to the preferred one, remove the key, close the session.</content>
internal sealed partial class CandidateMachine
{
    private const int MostHandOverTries = 5;
    private const int MostRemovals = 20;

    private static CandidateStep OnResign(CandidateState state, CandidateMessage.Resign m) => state.Phase switch
    {
        // Its holder has ended the claim before it asked.
        CandidatePhase.Leading p => StopLeadingWork(state with { Resigners = state.Resigners.Add(m.Request) })
            .Do(new CandidateEffect.EndClaim(LossReason.Released, IsNews: false)).Then(s => Leave(s, p.Term)),
        CandidatePhase.PlanningHandOver or CandidatePhase.HandingOver or CandidatePhase.Removing or CandidatePhase.Closing =>
            state with { Resigners = state.Resigners.Add(m.Request) },
        _ => Answer(state, m.Request, new ElectionReply.Resigned()),
    };

    private static CandidateStep OnTransfer(CandidateState state, CandidateMessage.Transfer m)
    {
        if (state.Phase is not CandidatePhase.Leading || state.Transfer is not null)
        {
            return Answer(state, m.Request, new ElectionReply.Failed(state.Phase is CandidatePhase.Leading
                ? new CoordinationException(CoordinationErrorKind.InvalidRequest, "A transfer of this leadership is under way")
                : Over));
        }

        var round = state.Round + 1;
        return new CandidateStep(
            state with { Transfer = new TransferRequest(m.Request, m.To), Round = round }, [new CandidateEffect.SendReadLine(round)]);
    }

    /// <summary>Without anybody who is preferred the key just goes, which is one request; else the line is read first.</summary>
    private static CandidateStep Leave(CandidateState state, Revision term)
    {
        var others = Others(state).Select(c => c.Priority).ToList();
        return IsOtherWished(state) || (others.Count > 1 && others.Max() > others.Min()) ? PlanHandOver(state, term, 1) : Remove(state, term);
    }

    private static CandidateStep PlanHandOver(CandidateState state, Revision term, int tries)
    {
        var round = state.Round + 1;
        return new CandidateStep(
            state with { Phase = new CandidatePhase.PlanningHandOver(term, tries), Round = round }, [new CandidateEffect.SendReadLine(round)]);
    }

    private static CandidateStep OnLineRead(CandidateState state, CandidateMessage.LineRead m)
    {
        if (m.Round != state.Round)
        {
            return state;
        }

        return state.Phase switch
        {
            CandidatePhase.Leading p when state.Transfer is { } transfer => Transfer(state, p.Term, transfer, m.Line.PlanFor(transfer.To, p.Term)),
            CandidatePhase.PlanningHandOver p when state.Transfer is { } transfer => TransferStill(state, p, m.Line, m.Line.PlanFor(transfer.To, p.Term)),
            CandidatePhase.PlanningHandOver p => HandOver(state, p, PlanOf(state, p.Term, m.Line)),
            _ => state,
        };
    }

    private static HandOverPlan? PlanOf(CandidateState state, Revision term, CandidateLine line) =>
        (state.Wish is { } wish ? line.PlanFor(wish.To, term) : null) ?? line.PlanForPreferred(term);

    private static CandidateStep Transfer(CandidateState state, Revision term, TransferRequest transfer, HandOverPlan? plan)
    {
        ElectionReply? refusal = plan switch
        {
            null => new ElectionReply.Transfer(TransferOutcome.NoSuchCandidate),
            { IsForeignBetween: true } => new ElectionReply.Transfer(TransferOutcome.ForeignBetween),
            { StepBack.Length: > CandidateLine.MostStepBacks } => new ElectionReply.Failed(new CoordinationException(
                CoordinationErrorKind.LimitReached, $"More than {CandidateLine.MostStepBacks} candidates stand before '{transfer.To}'")),
            _ => null,
        };
        if (refusal is not null)
        {
            return Answer(state with { Transfer = null }, transfer.Request, refusal);
        }

        // The claim ends before the request is sent: as soon as it is applied somebody else leads.
        return new CandidateStep(state, [new CandidateEffect.EndClaim(LossReason.Released, IsNews: false)])
            .Then(s => StopLeadingWork(s with { Transfer = null }))
            .Then(s => SendHandOver(s with { Transfer = transfer }, term, 1, plan!));
    }

    /// <summary>The line changed under a transfer. The claim is over, so we leave also when the target cannot be put first any more.</summary>
    private static CandidateStep TransferStill(CandidateState state, CandidatePhase.PlanningHandOver p, CandidateLine line, HandOverPlan? plan) =>
        plan is { IsForeignBetween: false }
            ? HandOver(state, p, plan)
            : AnswerTransfer(state, TransferOutcome.Resigned).Then(s => HandOver(s, p, PlanOf(s, p.Term, line)));

    private static CandidateStep HandOver(CandidateState state, CandidatePhase.PlanningHandOver p, HandOverPlan? plan) =>
        plan is { StepBack.Length: <= CandidateLine.MostStepBacks } ? SendHandOver(state, p.Term, p.Tries, plan) : Remove(state, p.Term);

    private static CandidateStep SendHandOver(CandidateState state, Revision term, int tries, HandOverPlan plan)
    {
        var round = state.Round + 1;
        return new CandidateStep(
            state with { Phase = new CandidatePhase.HandingOver(term, tries), Round = round },
            [new CandidateEffect.SendHandOver(round, state.Lease!.Id, term, plan)]);
    }

    private static CandidateStep OnHandedOver(CandidateState state, CandidateMessage.HandedOver m)
    {
        if (state.Phase is not CandidatePhase.HandingOver p || m.Round != state.Round)
        {
            return state;
        }

        // When the line has changed meanwhile it is read again; an endless stream of changes does not keep us at its head.
        return m.Succeeded ? AnswerTransfer(state, TransferOutcome.Transferred).Then(Close)
            : p.Tries < MostHandOverTries ? PlanHandOver(state, p.Term, p.Tries + 1)
            : Remove(state, p.Term);
    }

    private static CandidateStep ForceOut(CandidateState state) => Lose(state, LossReason.Released).Then(s => Leave(s, ((CandidatePhase.Leading)s.Phase).Term));

    /// <summary>Ends the candidacy, wherever on the way to the head it is. What may still be on its way goes with the lease.</summary>
    private static CandidateStep Depart(CandidateState state) => StopLineWork(state).Then(s => s.Phase switch
    {
        CandidatePhase.Looking p => Remove(s, p.Created),
        CandidatePhase.Waiting p => Remove(s, p.Created),
        CandidatePhase.Confirming p => Remove(s, p.Created),
        CandidatePhase.BackingOff p when p.Created != Revision.None => Remove(s, p.Created),
        CandidatePhase.Retreating p => Remove(s, p.Lease, p.Created, MostRemovals),
        _ => Close(s),
    });

    private static CandidateStep Remove(CandidateState state, Revision created) =>
        state.Lease is { } lease ? Remove(state, lease.Id, created, 0) : Close(state);

    private static CandidateStep Remove(CandidateState state, LeaseId lease, Revision created, int tries) =>
        SendRemove(state with { Phase = new CandidatePhase.Removing(created, lease, tries) }, lease, created);

    private static CandidateStep SendRemove(CandidateState state, LeaseId lease, Revision created)
    {
        var round = state.Round + 1;
        return new CandidateStep(state with { Round = round }, [new CandidateEffect.SendRemove(round, lease, created)]);
    }

    private static CandidateStep OnRemoved(CandidateState state, int round) => state.Phase switch
    {
        _ when round != state.Round => state,
        CandidatePhase.Removing => AnswerResigners(state).Then(Close),
        CandidatePhase.Retreating => EnterAgain(state),
        _ => state,
    };

    private static CandidateStep OnRemoveFailed(CandidateState state) => state.Phase switch
    {
        // The revocation does the same, for a key that is still on our lease.
        CandidatePhase.Removing { TriesLeft: 0 } => Close(state),
        CandidatePhase.Removing p => RetryRemoval(state with { Phase = p with { TriesLeft = p.TriesLeft - 1 } }),
        CandidatePhase.Retreating => RetryRemoval(state),
        _ => state,
    };

    private static CandidateStep RetryRemoval(CandidateState state) =>
        new(state with { Failures = state.Failures + 1 }, [new CandidateEffect.SetTimer(CandidateTimer.Retry, state.Failures + 1)]);

    private static CandidateStep Close(CandidateState state) => AnswerTransfer(state, TransferOutcome.Resigned)
        .Then(s => StopLineWork(s with { Phase = new CandidatePhase.Closing() })).Do(new CandidateEffect.CloseSession());

    private static CandidateStep AnswerTransfer(CandidateState state, TransferOutcome outcome) => state.Transfer is { } transfer
        ? Answer(state with { Transfer = null }, transfer.Request, new ElectionReply.Transfer(outcome))
        : state;

    private static CandidateStep AnswerResigners(CandidateState state)
    {
        var step = (CandidateStep)(state with { Resigners = [] });
        foreach (var resigner in state.Resigners)
        {
            step = step.Do(new CandidateEffect.Reply(resigner, new ElectionReply.Resigned()));
        }

        return step;
    }
}
