using Coordination.Etcd;

namespace Coordination.Elections;

/// <content>The time at the head: what happens to our key, what is proclaimed, and who would like to lead instead.</content>
internal sealed partial class CandidateMachine
{
    private const int MostProclamations = 1024;

    private static CandidateStep OnOwnPut(CandidateState state, KeyValue current)
    {
        if (current.ModRevision <= state.OwnAt)
        {
            return state;
        }

        return state.Phase switch
        {
            CandidatePhase.Leading p when IsOurs(state, p.Term, current) =>
                OnProclaimed(state, state.Proclamations[0].Request, current.ModRevision),
            CandidatePhase.Leading p => Overwritten(state, p.Term),
            CandidatePhase.Looking p => Retreat(state, p.Created),
            CandidatePhase.Waiting p => Retreat(state, p.Created),
            CandidatePhase.Confirming p => Retreat(state, p.Created),
            CandidatePhase.BackingOff p when p.Created != Revision.None => Retreat(state, p.Created),
            _ => state,
        };
    }

    private static CandidateStep OnOwnDeleted(CandidateState state) => state.Phase switch
    {
        CandidatePhase.Leading => Lose(state, LossReason.KeyDeleted).Then(Close),
        CandidatePhase.Looking or CandidatePhase.Waiting or CandidatePhase.Confirming => EnterAgain(state),
        CandidatePhase.BackingOff p when p.Created != Revision.None => EnterAgain(state),
        _ => state,
    };

    private static CandidateStep OnOwnRead(CandidateState state, KeyValue? current)
    {
        var created = state.Phase switch
        {
            CandidatePhase.Leading p => p.Term,
            CandidatePhase.Looking p => p.Created,
            CandidatePhase.Waiting p => p.Created,
            CandidatePhase.Confirming p => p.Created,
            CandidatePhase.BackingOff p => p.Created,
            _ => Revision.None,
        };
        return created == Revision.None ? state
            : current?.CreateRevision == created ? OnOwnPut(state, current)
            : OnOwnDeleted(state);
    }

    private static CandidateStep OnProclaim(CandidateState state, CandidateMessage.Proclaim m)
    {
        if (state.Phase is not CandidatePhase.Leading)
        {
            return Answer(state, m.Request, new ElectionReply.Failed(Over));
        }

        if (state.Proclamations.Count >= MostProclamations)
        {
            return Answer(state, m.Request, new ElectionReply.Failed(new CoordinationException(
                CoordinationErrorKind.LimitReached, $"{MostProclamations} proclamations of this leader already wait")));
        }

        var queued = state with { Proclamations = state.Proclamations.Add(new Proclamation(m.Request, m.Value)) };
        return queued.Proclamations.Count == 1 ? SendProclamation(queued) : queued;
    }

    /// <summary>Guarded by the revision that our key has: sent twice, it is done once.</summary>
    private static CandidateStep SendProclamation(CandidateState state) =>
        state.Phase is CandidatePhase.Leading p && !state.Proclamations.IsEmpty
            ? new CandidateStep(state, [new CandidateEffect.SendProclaim(
                state.Proclamations[0].Request, state.Lease!.Id, p.Term, state.OwnAt, state.Proclamations[0].Value)])
            : state;

    private static CandidateStep OnProclaimed(CandidateState state, ElectionRequestId request, Revision revision)
    {
        if (!IsUnderWay(state, request))
        {
            return state;
        }

        var done = state with
        {
            OwnAt = revision,
            Value = state.Proclamations[0].Value,
            Proclamations = state.Proclamations.RemoveAt(0),
            Failures = 0,
        };
        return Answer(done, request, new ElectionReply.Proclaimed(revision))
            .Do(new CandidateEffect.CancelTimer(CandidateTimer.Retry)).Then(SendProclamation);
    }

    private static CandidateStep OnProclaimMet(CandidateState state, CandidateMessage.ProclaimMet m) => !IsUnderWay(state, m.Request) ? state
        : m.Current?.CreateRevision != ((CandidatePhase.Leading)state.Phase).Term ? OnOwnDeleted(state)
        : OnOwnPut(state, m.Current);

    private static CandidateStep OnProclaimFailed(CandidateState state, ElectionRequestId request, EtcdException error)
    {
        if (!IsUnderWay(state, request))
        {
            return state;
        }

        if (error.Kind == CoordinationErrorKind.LeaseNotFound)
        {
            return Again(state).Do(new CandidateEffect.VerifyLease(state.Lease!.Id));
        }

        return !IsFatal(error)
            ? Again(state).Do(new CandidateEffect.Note(error.Message))
            : Answer(state with { Proclamations = state.Proclamations.RemoveAt(0) }, request, new ElectionReply.Failed(error)).Then(SendProclamation);

        static CandidateStep Again(CandidateState s) =>
            new(s with { Failures = s.Failures + 1 }, [new CandidateEffect.SetTimer(CandidateTimer.Retry, s.Failures + 1)]);
    }

    private CandidateStep OnSideRead(CandidateState state, CandidateMessage.SideRead m) =>
        OnWishShown(state with { Cards = m.Cards }, m.Wish);

    private CandidateStep OnCardShown(CandidateState state, CandidateMessage.CardShown m) =>
        StepDownIfWanted(state with { Cards = m.Card is null ? state.Cards.Remove(m.Lease) : state.Cards.SetItem(m.Lease, m.Card) });

    private CandidateStep OnWishShown(CandidateState state, TransferWish? wish) => wish?.To == card.Name && state.Phase is CandidatePhase.Leading
        ? new CandidateStep(state with { Wish = null }, [new CandidateEffect.ForgetWish(wish.At)]).Then(StepDownIfWanted)
        : StepDownIfWanted(state with { Wish = wish });

    private CandidateStep StepDownIfWanted(CandidateState state) =>
        state.Phase is CandidatePhase.Leading && (IsOtherWished(state) || Others(state).Any(other => other.Priority > card.Priority)) ? AskToStepDown(state) : state;

    private static bool IsOtherWished(CandidateState state) => state.Wish is { } wish && Others(state).Any(other => other.Name == wish.To);

    private static IEnumerable<CandidateCard> Others(CandidateState state) => state.Cards.Where(c => c.Key != state.Lease?.Id).Select(c => c.Value);

    private static CandidateStep AskToStepDown(CandidateState state) => state.IsAskedToStepDown
        ? state
        : new CandidateStep(state with { IsAskedToStepDown = true }, [new CandidateEffect.AskToStepDown()]);

    /// <summary>The leadership ends for a reason that its holder has to be told.</summary>
    private static CandidateStep Lose(CandidateState state, LossReason reason) =>
        new CandidateStep(state, [new CandidateEffect.EndClaim(reason, IsNews: true)]).Then(StopLeadingWork);

    /// <summary>Somebody changed our key. It keeps its place as long as it is there, also when it is not on our lease any more: it has to go.</summary>
    private static CandidateStep Overwritten(CandidateState state, Revision term) =>
        Lose(state, LossReason.KeyOverwritten).Then(s => Remove(s, s.Lease!.Id, term, MostRemovals));

    private static CandidateStep StopLeadingWork(CandidateState state)
    {
        var step = StopLineWork(state).Do(new CandidateEffect.StopWatch(CandidateWatch.Side), new CandidateEffect.CancelTimer(CandidateTimer.Drain));
        foreach (var waiting in state.Proclamations)
        {
            step = step.Do(new CandidateEffect.Reply(waiting.Request, new ElectionReply.Failed(Over)));
        }

        if (state.Transfer is { } transfer)
        {
            step = step.Do(new CandidateEffect.Reply(transfer.Request, new ElectionReply.Failed(Over)));
        }

        return step with { State = step.State with { Proclamations = [], Transfer = null } };
    }

    private static bool IsUnderWay(CandidateState state, ElectionRequestId request) =>
        state.Phase is CandidatePhase.Leading && !state.Proclamations.IsEmpty && state.Proclamations[0].Request == request;

    /// <summary>The put that is under way, seen before its reply or without it.</summary>
    private static bool IsOurs(CandidateState state, Revision term, KeyValue current) =>
        !state.Proclamations.IsEmpty && current.CreateRevision == term && current.Lease == state.Lease?.Id && current.Value == state.Proclamations[0].Value;

    private static CandidateStep Answer(CandidateState state, ElectionRequestId request, ElectionReply answer) =>
        new(state, [new CandidateEffect.Reply(request, answer)]);
}
