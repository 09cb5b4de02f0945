using Coordination.Elections;
using Coordination.Etcd;
using static Coordination.Tests.Elections.CandidateDialogue;

namespace Coordination.Tests.Elections;

public sealed class CandidateMachineTests
{
    [Fact]
    public void Without_anybody_before_it_one_request_makes_it_the_leader()
    {
        var us = Entering();

        var effects = us.Tell(new CandidateMessage.Entered(us.State.Round, new(5), null, Fresh));

        Assert.Contains(new CandidateEffect.Elect(new(5), Lease), effects);
        Assert.Contains(new CandidateEffect.StartWatch(CandidateWatch.Own, Bytes.Empty, new(6)), effects);
    }

    [Fact]
    public void It_watches_the_one_before_it_and_looks_once_more_when_the_watch_has_begun()
    {
        var us = Entering();

        var effects = us.Tell(new CandidateMessage.Entered(us.State.Round, new(5), Kv("e/before", 4), Fresh));
        var begun = us.Tell(new CandidateMessage.PredecessorWatched());
        var still = us.Looked(Own(5), Kv("e/before", 4), 6);

        Assert.Contains(new CandidateEffect.StartWatch(CandidateWatch.Predecessor, "e/before", Revision.None), effects);
        Assert.DoesNotContain(effects, e => e is CandidateEffect.Elect);
        Assert.IsType<CandidateEffect.SendLook>(Assert.Single(begun));
        Assert.DoesNotContain(still, e => e is CandidateEffect.SendLook or CandidateEffect.StartWatch);
    }

    [Fact]
    public void A_watch_that_begins_while_a_look_is_under_way_is_followed_by_another_look()
    {
        var us = Waiting(5);
        us.Fire(CandidateTimer.Fallback);

        var begun = us.Tell(new CandidateMessage.PredecessorWatched());
        var looked = us.Looked(Own(5), Kv("e/before", 4), 6);

        Assert.Empty(begun);
        Assert.Contains(looked, e => e is CandidateEffect.SendLook);
    }

    [Fact]
    public void A_predecessor_that_is_gone_does_not_elect_until_the_line_and_our_own_key_are_looked_at()
    {
        var us = Waiting(5);

        var gone = us.Tell(new CandidateMessage.PredecessorGone());
        var elected = us.Looked(Own(5), null, 9);

        Assert.Contains(new CandidateEffect.SendLook(us.State.Round, Lease, new(5)), gone);
        Assert.DoesNotContain(gone, e => e is CandidateEffect.Elect);
        Assert.Contains(new CandidateEffect.Elect(new(5), Lease), elected);
    }

    [Fact]
    public void When_the_one_in_the_middle_of_the_line_dies_the_one_before_that_is_waited_for()
    {
        var us = Waiting(5);
        us.Tell(new CandidateMessage.PredecessorGone());

        var effects = us.Looked(Own(5), Kv("e/first", 2), 9);

        Assert.Contains(new CandidateEffect.StartWatch(CandidateWatch.Predecessor, "e/first", Revision.None), effects);
        Assert.IsType<CandidatePhase.Waiting>(us.State.Phase);
    }

    [Fact]
    public void When_its_own_key_is_gone_it_enters_again_instead_of_leading()
    {
        var us = Waiting(5);
        us.Tell(new CandidateMessage.PredecessorGone());

        var looked = us.Looked(null, null, 9);

        Assert.DoesNotContain(looked, e => e is CandidateEffect.Elect);
        Assert.Contains(new CandidateEffect.StopWatch(CandidateWatch.Own), looked);
        Assert.Contains(looked, e => e is CandidateEffect.SendEnter);
    }

    [Fact]
    public void A_key_that_vanishes_again_and_again_is_put_again_only_after_a_pause()
    {
        var us = Waiting(5);
        for (var n = 6; n < 9; n++)
        {
            Assert.Contains(us.Tell(new CandidateMessage.OwnDeleted(new(n))), e => e is CandidateEffect.SendEnter);
            us.Tell(new CandidateMessage.Entered(us.State.Round, new(n), Kv("e/before", 4), Fresh));
        }

        var fourth = us.Tell(new CandidateMessage.OwnDeleted(new(9)));

        Assert.DoesNotContain(fourth, e => e is CandidateEffect.SendEnter);
        Assert.Contains(fourth, e => e is CandidateEffect.SetTimer { Timer: CandidateTimer.Retry });
    }

    [Fact]
    public void A_waiter_whose_lease_dies_enters_again_with_the_next_one_and_an_answer_to_the_old_question_elects_nobody()
    {
        var us = Waiting(5);
        us.Tell(new CandidateMessage.PredecessorGone());
        var asked = us.State.Round;

        us.Tell(new CandidateMessage.SessionLost(Lease, LossReason.Expired));
        var opened = us.Tell(new CandidateMessage.SessionOpened(new CandidateLease(new(8), Ttl)));
        var late = us.Tell(new CandidateMessage.Looked(asked, Own(5), null, new(9), Fresh));

        us.Tell(new CandidateMessage.Entered(us.State.Round, new(12), Kv("e/before", 10), Fresh));
        us.Tell(new CandidateMessage.PredecessorWatched());
        var later = us.Tell(new CandidateMessage.Looked(asked, Own(5), null, new(9), Fresh));

        Assert.Contains(opened, e => e is CandidateEffect.SendEnter { Lease.Value: 8 });
        Assert.Empty(late);
        Assert.Empty(later);
    }

    [Fact]
    public void With_less_than_half_of_the_lease_left_it_waits_for_a_renewal_before_it_leads()
    {
        var us = Entering();

        var early = us.Tell(new CandidateMessage.Entered(us.State.Round, new(5), null, Ttl / 2 - TimeSpan.FromTicks(1)));
        var still = us.Fire(CandidateTimer.Confirm, Ttl / 4);
        var renewed = us.Fire(CandidateTimer.Confirm, Ttl / 2);

        Assert.Contains(new CandidateEffect.VerifyLease(Lease), early);
        Assert.DoesNotContain(early.Concat(still), e => e is CandidateEffect.Elect);
        Assert.Contains(new CandidateEffect.Elect(new(5), Lease), renewed);
    }

    [Fact]
    public void An_entry_with_an_unknown_outcome_is_found_under_its_lease_and_looked_at()
    {
        var us = Entering();
        us.Tell(new CandidateMessage.Failed(new CandidateEffect.SendEnter(us.State.Round, Lease, "v"), Unknown()));
        us.Fire(CandidateTimer.Retry);

        var met = us.Tell(new CandidateMessage.EnterMet(us.State.Round, Own(5)));

        Assert.Contains(new CandidateEffect.SendLook(us.State.Round, Lease, new(5)), met);
    }

    [Fact]
    public void A_refusal_that_time_does_not_heal_is_the_answer_and_ends_the_candidacy()
    {
        var us = Entering();

        var effects = us.Tell(new CandidateMessage.Failed(new CandidateEffect.SendEnter(us.State.Round, Lease, "v"), NotApplied(CoordinationErrorKind.PermissionDenied)));

        Assert.Contains(effects, e => e is CandidateEffect.AnswerCampaign { Answer: ElectionReply.Failed { Error.Kind: CoordinationErrorKind.PermissionDenied } });
        Assert.Contains(new CandidateEffect.CloseSession(), effects);
    }

    [Fact]
    public void A_leader_whose_key_is_deleted_is_told_so()
    {
        var us = Leading(5);

        var effects = us.Tell(new CandidateMessage.OwnDeleted(new(9)));

        Assert.Contains(new CandidateEffect.EndClaim(LossReason.KeyDeleted, IsNews: true), effects);
        Assert.Contains(new CandidateEffect.CloseSession(), effects);
    }

    [Fact]
    public void A_leader_whose_key_is_overwritten_is_told_so_and_the_key_is_removed_because_it_keeps_the_place()
    {
        var us = Leading(5);

        var effects = us.Tell(new CandidateMessage.OwnPut(Own(5, 9, "vandal", lease: 0)));
        var failed = us.Tell(new CandidateMessage.Failed(new CandidateEffect.SendRemove(us.State.Round, Lease, new(5)), NotApplied(CoordinationErrorKind.Unavailable)));

        Assert.Contains(new CandidateEffect.EndClaim(LossReason.KeyOverwritten, IsNews: true), effects);
        Assert.Contains(effects, e => e is CandidateEffect.SendRemove { Created.Value: 5 });
        Assert.Contains(failed, e => e is CandidateEffect.SetTimer { Timer: CandidateTimer.Retry });
    }

    [Fact]
    public void A_leader_whose_lease_is_lost_is_told_why()
    {
        var us = Leading(5);

        var effects = us.Tell(new CandidateMessage.SessionLost(Lease, LossReason.LeaseGone));

        Assert.Contains(new CandidateEffect.EndClaim(LossReason.LeaseGone, IsNews: true), effects);
    }

    [Fact]
    public void A_proclamation_is_guarded_by_the_revision_of_our_key_and_the_next_one_waits_for_it()
    {
        var us = Leading(5);

        var first = us.Proclaim("one");
        var second = us.Proclaim("two");
        var done = us.Tell(new CandidateMessage.Proclaimed(new(1), new(8)));

        Assert.Equal([new CandidateEffect.SendProclaim(new(1), Lease, new(5), new(5), "one")], first);
        Assert.Empty(second);
        Assert.Contains(new CandidateEffect.Reply(new(1), new ElectionReply.Proclaimed(new(8))), done);
        Assert.Contains(new CandidateEffect.SendProclaim(new(2), Lease, new(5), new(8), "two"), done);
    }

    [Fact]
    public void A_proclamation_that_failed_is_sent_again_under_the_same_guard()
    {
        var us = Leading(5);
        us.Proclaim("one");
        us.Tell(new CandidateMessage.Failed(new CandidateEffect.SendProclaim(new(1), Lease, new(5), new(6), "one"), NotApplied(CoordinationErrorKind.Timeout)));

        var again = us.Fire(CandidateTimer.Retry);
        var met = us.Tell(new CandidateMessage.ProclaimMet(new(1), Own(5, 8, "one")));
        var late = us.Tell(new CandidateMessage.OwnPut(Own(5, 8, "one")));

        Assert.Equal([new CandidateEffect.SendProclaim(new(1), Lease, new(5), new(5), "one")], again);
        Assert.Contains(new CandidateEffect.Reply(new(1), new ElectionReply.Proclaimed(new(8))), met);
        Assert.Empty(late);
    }

    [Fact]
    public void A_removal_that_is_under_way_when_the_lease_is_lost_is_sent_again_because_its_answer_does_not_come()
    {
        var us = Waiting(5);
        us.Tell(new CandidateMessage.OwnPut(Own(5, 8, "vandal")));

        var effects = us.Tell(new CandidateMessage.SessionLost(Lease, LossReason.Expired));

        Assert.Contains(new CandidateEffect.SendRemove(us.State.Round, Lease, new(5)), effects);
    }

    [Fact]
    public void The_removal_of_a_leaders_overwritten_key_is_sent_again_when_the_lease_is_lost()
    {
        var us = Leading(5);
        us.Tell(new CandidateMessage.OwnPut(Own(5, 8, "vandal")));

        var effects = us.Tell(new CandidateMessage.SessionLost(Lease, LossReason.Expired));

        Assert.Contains(new CandidateEffect.SendRemove(us.State.Round, Lease, new(5)), effects);
    }

    [Fact]
    public void A_proclamation_that_meets_another_value_is_a_loss_and_answered()
    {
        var us = Leading(5);
        us.Proclaim("one");

        var effects = us.Tell(new CandidateMessage.ProclaimMet(new(1), Own(5, 8, "vandal")));

        Assert.Contains(new CandidateEffect.EndClaim(LossReason.KeyOverwritten, IsNews: true), effects);
        Assert.Contains(effects, e => e is CandidateEffect.Reply { Answer: ElectionReply.Failed { Error.Kind: CoordinationErrorKind.Lost } });
    }

    [Fact]
    public void A_resignation_ends_the_claim_removes_the_key_of_this_term_then_revokes_the_lease()
    {
        var us = Leading(5);

        var resigning = us.Resign();
        var removed = us.Tell(new CandidateMessage.Removed(us.State.Round));
        var ended = us.Tell(new CandidateMessage.SessionEnded());

        Assert.Contains(new CandidateEffect.EndClaim(LossReason.Released, IsNews: false), resigning);
        Assert.Contains(new CandidateEffect.SendRemove(us.State.Round, Lease, new(5)), resigning);
        Assert.Contains(new CandidateEffect.Reply(new(1), new ElectionReply.Resigned()), removed);
        Assert.Contains(new CandidateEffect.CloseSession(), removed);
        Assert.Equal([new CandidateEffect.End()], ended);
    }

    [Fact]
    public void A_resignation_that_etcd_does_not_answer_is_answered_when_the_lease_is_revoked()
    {
        var us = Leading(5);
        us.Resign();

        var failed = us.Tell(new CandidateMessage.Failed(new CandidateEffect.SendRemove(us.State.Round, Lease, new(5)), Unknown()));
        var ended = us.Tell(new CandidateMessage.SessionEnded());

        Assert.Contains(new CandidateEffect.CloseSession(), failed);
        Assert.Contains(new CandidateEffect.Reply(new(1), new ElectionReply.Resigned()), ended);
    }

    [Fact]
    public void A_candidate_that_is_withdrawn_while_its_entry_is_on_its_way_leaves_it_to_the_lease()
    {
        var us = Entering();

        var effects = us.Tell(new CandidateMessage.Withdraw(new ElectionReply.Withdrawn()));
        var late = us.Tell(new CandidateMessage.Entered(us.State.Round, new(5), null, Fresh));

        Assert.Contains(new CandidateEffect.AnswerCampaign(new ElectionReply.Withdrawn()), effects);
        Assert.Contains(new CandidateEffect.CloseSession(), effects);
        Assert.Empty(late);
    }

    [Fact]
    public void A_leader_that_drains_gets_time_to_step_down_when_the_system_stops_and_then_none()
    {
        var us = Leading(5);

        var asked = us.Tell(new CandidateMessage.Stop(Drains: true));
        var forced = us.Fire(CandidateTimer.Drain);

        Assert.Contains(new CandidateEffect.AskToStepDown(), asked);
        Assert.DoesNotContain(asked, e => e is CandidateEffect.EndClaim);
        Assert.Contains(new CandidateEffect.EndClaim(LossReason.Released, IsNews: true), forced);
        Assert.Contains(forced, e => e is CandidateEffect.SendRemove);
    }

    [Fact]
    public void A_leader_that_does_not_drain_is_told_of_the_loss_when_the_system_stops()
    {
        var us = Leading(5);

        var effects = us.Tell(new CandidateMessage.Stop(Drains: false));

        Assert.Contains(new CandidateEffect.EndClaim(LossReason.Released, IsNews: true), effects);
    }
}
