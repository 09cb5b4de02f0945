using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>
/// The rules of one candidacy, pure. Its parts: this file is the dialogue with those who campaign and with the lease;
/// CandidateMachine.Line.cs is the
/// way to the head of the line; CandidateMachine.Leading.cs is the time at the head; CandidateMachine.HandOver.cs is the way out.
/// <para>
/// The order is etcd's: who was created first leads. A candidate leads when one reply of etcd showed its own key, the one that it
/// created, with
/// nobody before it, while at least half of the lease's time is left. Its key has the id of its own lease in its name, and when the
/// lease is revoked
/// nothing of the candidacy can come any more.
/// </para>
/// </summary>
internal sealed partial class CandidateMachine(CandidateCard card)
{
    private static readonly CoordinationException Over = new(CoordinationErrorKind.Lost, "The leadership is over");

    public CandidateStep Handle(CandidateState state, CandidateMessage message) => message switch
    {
        CandidateMessage.Withdraw m => OnWithdraw(state, m),
        CandidateMessage.Proclaim m => OnProclaim(state, m),
        CandidateMessage.Resign m => OnResign(state, m),
        CandidateMessage.Transfer m => OnTransfer(state, m),
        CandidateMessage.Stop m => OnStop(state, m),
        CandidateMessage.SessionOpened m => OnSessionOpened(state, m.Lease),
        CandidateMessage.SessionLost m => OnSessionLost(state, m.Lease, m.Reason),
        CandidateMessage.SessionEnded => OnSessionEnded(state),
        CandidateMessage.Failed m => OnFailed(state, m.Request, m.Error),
        CandidateMessage.Entered m => OnEntered(state, m),
        CandidateMessage.EnterMet m => OnEnterMet(state, m),
        CandidateMessage.Looked m => OnLooked(state, m),
        CandidateMessage.OwnPut m => OnOwnPut(state, m.Current),
        CandidateMessage.OwnDeleted => OnOwnDeleted(state),
        CandidateMessage.OwnRead m => OnOwnRead(state, m.Current),
        CandidateMessage.PredecessorWatched => OnPredecessorWatched(state),
        CandidateMessage.PredecessorGone => OnPredecessorGone(state),
        CandidateMessage.SideRead m => OnSideRead(state, m),
        CandidateMessage.CardShown m => OnCardShown(state, m),
        CandidateMessage.WishShown m => OnWishShown(state, m.Wish),
        CandidateMessage.WishForgotten => state,
        CandidateMessage.Proclaimed m => OnProclaimed(state, m.Request, m.Revision),
        CandidateMessage.ProclaimMet m => OnProclaimMet(state, m),
        CandidateMessage.LineRead m => OnLineRead(state, m),
        CandidateMessage.HandedOver m => OnHandedOver(state, m),
        CandidateMessage.Removed m => OnRemoved(state, m.Round),
        CandidateMessage.TimerFired m => OnTimer(state, m),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static CandidateStep OnFailed(CandidateState state, CandidateEffect.Call request, EtcdException error) => (request, state.Phase) switch
    {
        (CandidateEffect.SendProclaim e, _) => OnProclaimFailed(state, e.Proclamation, error),

        // A wish that stays is fulfilled once more by the next leader, or goes with the lease of who had it.
        (CandidateEffect.ForgetWish, _) => state,
        _ when request.Round != state.Round => state,
        (CandidateEffect.SendEnter, CandidatePhase.Entering) => OnEnterFailed(state, error),
        (CandidateEffect.SendLook, CandidatePhase.Looking p) => FailOrBackOff(state, p.Created, error),
        (CandidateEffect.SendReadLine, CandidatePhase.Leading) when state.Transfer is { } transfer =>
            Answer(state with { Transfer = null }, transfer.Request, new ElectionReply.Failed(error)),
        (CandidateEffect.SendReadLine, CandidatePhase.PlanningHandOver p) => Remove(state, p.Term),
        (CandidateEffect.SendHandOver, CandidatePhase.HandingOver p) => Remove(state, p.Term),
        (CandidateEffect.SendRemove, _) => OnRemoveFailed(state),
        _ => state,
    };

    /// <summary>Until it was elected. After that the caller has the leadership, and resigns it.</summary>
    private static CandidateStep OnWithdraw(CandidateState state, CandidateMessage.Withdraw m) => state.Phase
        is CandidatePhase.Leading or CandidatePhase.PlanningHandOver or CandidatePhase.HandingOver
        or CandidatePhase.Removing or CandidatePhase.Closing or CandidatePhase.Ended
            ? state
            : new CandidateStep(state, [new CandidateEffect.AnswerCampaign(m.Answer)]).Then(Depart);

    private static CandidateStep OnStop(CandidateState state, CandidateMessage.Stop m) => state.Phase switch
    {
        CandidatePhase.Leading when m.Drains => AskToStepDown(state).Do(new CandidateEffect.SetTimer(CandidateTimer.Drain, 0)),
        CandidatePhase.Leading => ForceOut(state),
        _ => OnWithdraw(state, new CandidateMessage.Withdraw(
            new ElectionReply.Failed(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")))),
    };

    private static CandidateStep OnSessionOpened(CandidateState state, CandidateLease lease)
    {
        // One that failed and was restarted lost its lease without telling.
        var step = state.Lease is { } before && before.Id != lease.Id ? OnSessionLost(state, before.Id, LossReason.Expired) : state;
        return step.Then(s => s.Phase switch
        {
            CandidatePhase.WithoutLease => Enter(s with { Lease = lease }),
            CandidatePhase.Retreating or CandidatePhase.BackingOff => s with { Lease = lease },
            _ => s,
        });
    }

    private static CandidateStep OnSessionLost(CandidateState state, LeaseId lost, LossReason reason)
    {
        if (state.Lease?.Id != lost)
        {
            return state;
        }

        // What was put or is still to be put on this lease goes with it: etcd refuses puts on a lease that is gone. Nothing of it is
        // answered any more.
        var without = state with { Lease = null };
        return without.Phase switch
        {
            CandidatePhase.Leading => Lose(without, reason).Then(Close),
            CandidatePhase.PlanningHandOver or CandidatePhase.HandingOver or CandidatePhase.Removing { TriesLeft: 0 } => Close(without),
            CandidatePhase.Closing or CandidatePhase.Ended => without,
            CandidatePhase.Retreating p => SendRemove(without, p.Lease, p.Created).Do(new CandidateEffect.CancelTimer(CandidateTimer.Retry)),
            CandidatePhase.Removing p => SendRemove(without, p.Lease, p.Created).Do(new CandidateEffect.CancelTimer(CandidateTimer.Retry)),
            _ => StopLineWork(without with { Phase = new CandidatePhase.WithoutLease() }),
        };
    }

    private static CandidateStep OnSessionEnded(CandidateState state) => state.Phase is CandidatePhase.Closing
        ? AnswerResigners(state with { Phase = new CandidatePhase.Ended() }).Do(new CandidateEffect.End())
        : state;

    private static CandidateStep OnTimer(CandidateState state, CandidateMessage.TimerFired m) => (m.Timer, state.Phase) switch
    {
        (CandidateTimer.Retry, CandidatePhase.BackingOff p) => p.Created == Revision.None ? Enter(state) : Look(state, p.Created),
        (CandidateTimer.Retry, CandidatePhase.Retreating p) => SendRemove(state, p.Lease, p.Created),
        (CandidateTimer.Retry, CandidatePhase.Removing p) => SendRemove(state, p.Lease, p.Created),
        (CandidateTimer.Retry, CandidatePhase.Leading) => SendProclamation(state),
        (CandidateTimer.Fallback, CandidatePhase.Waiting p) => Look(state, p.Created),
        (CandidateTimer.Confirm, CandidatePhase.Confirming p) => Lead(state, p.Created, m.ValidFor),
        (CandidateTimer.Drain, CandidatePhase.Leading) => ForceOut(state),
        _ => state,
    };

    private static bool IsFatal(EtcdException error) =>
        error.Kind == CoordinationErrorKind.NoSpace || (!error.IsTransient && error.Kind != CoordinationErrorKind.Stopped);
}
