using Coordination.Elections;
using static Coordination.Tests.Elections.CandidateDialogue;

namespace Coordination.Tests.Elections;

public sealed class HandOverTests
{
    [Fact]
    public void A_leader_is_asked_once_to_step_down_when_a_preferred_candidate_waits()
    {
        var us = Leading(5);

        var same = us.Cards((7, "us", 0), (8, "other", 0));
        var preferred = us.Tell(new CandidateMessage.CardShown(new(9), new CandidateCard("better", 1)));
        var another = us.Tell(new CandidateMessage.CardShown(new(10), new CandidateCard("best", 2)));

        Assert.Empty(same);
        Assert.Equal([new CandidateEffect.AskToStepDown()], preferred);
        Assert.Empty(another);
    }

    [Fact]
    public void Resigning_puts_the_preferred_one_first_and_those_of_ours_before_it_step_back()
    {
        var us = Leading(5);
        us.Cards((7, "us", 0), (8, "other", 0), (9, "better", 1));

        var reading = us.Resign();
        var sent = us.Tell(new CandidateMessage.LineRead(us.State.Round, Line((5, "us", 0), (6, "other", 0), (8, "better", 1), (9, "later", 1))));

        Assert.Contains(new CandidateEffect.SendReadLine(us.State.Round - 1), reading);
        var plan = Assert.IsType<CandidateEffect.SendHandOver>(Assert.Single(sent)).Plan;
        Assert.Equal(8, plan.Target.Created.Value);
        Assert.Equal([6], plan.StepBack.Select(c => c.Created.Value));
    }

    [Fact]
    public void Without_a_preferred_one_a_resignation_is_one_request()
    {
        var us = Leading(5);
        us.Cards((7, "us", 3), (8, "other", 0), (9, "another", 0));

        Assert.Contains(us.Resign(), e => e is CandidateEffect.SendRemove);
    }

    [Fact]
    public void When_the_preferred_one_is_next_anyway_the_key_just_goes()
    {
        var us = Leading(5);
        us.Cards((7, "us", 0), (8, "better", 1), (9, "other", 0));
        us.Resign();

        var effects = us.Tell(new CandidateMessage.LineRead(us.State.Round, Line((5, "us", 0), (6, "better", 1), (8, "other", 0))));

        Assert.IsType<CandidateEffect.SendRemove>(Assert.Single(effects));
    }

    [Fact]
    public void Foreign_candidates_before_a_preferred_one_keep_their_places()
    {
        var us = Leading(5);
        us.Cards((7, "us", 0), (8, "other", 0), (9, "better", 1));
        us.Resign();

        var sent = us.Tell(new CandidateMessage.LineRead(us.State.Round, Line((5, "us", 0), (6, null, 0), (7, "other", 0), (8, "better", 1))));

        var plan = Assert.IsType<CandidateEffect.SendHandOver>(Assert.Single(sent)).Plan;
        Assert.True(plan.IsForeignBetween);
        Assert.Equal([7], plan.StepBack.Select(c => c.Created.Value));
    }

    [Fact]
    public void A_transfer_ends_the_claim_before_it_is_sent()
    {
        var us = Leading(5);
        us.Transfer("b");

        var sent = us.Tell(new CandidateMessage.LineRead(us.State.Round, Line((5, "us", 0), (6, "a", 0), (8, "b", 0))));
        var answered = us.Tell(new CandidateMessage.HandedOver(us.State.Round, Succeeded: true));

        Assert.Equal(new CandidateEffect.EndClaim(LossReason.Released, IsNews: false), sent[0]);
        Assert.IsType<CandidateEffect.SendHandOver>(sent[^1]);
        Assert.Contains(new CandidateEffect.Reply(new(1), new ElectionReply.Transfer(TransferOutcome.Transferred)), answered);
        Assert.Contains(new CandidateEffect.CloseSession(), answered);
    }

    [Fact]
    public void A_transfer_to_nobody_or_past_a_foreign_candidate_changes_nothing()
    {
        var us = Leading(5);

        us.Transfer("b");
        var nobody = us.Tell(new CandidateMessage.LineRead(us.State.Round, Line((5, "us", 0), (6, "a", 0))));
        us.Transfer("b");
        var foreign = us.Tell(new CandidateMessage.LineRead(us.State.Round, Line((5, "us", 0), (6, null, 0), (8, "b", 0))));

        Assert.Equal([new CandidateEffect.Reply(new(1), new ElectionReply.Transfer(TransferOutcome.NoSuchCandidate))], nobody);
        Assert.Equal([new CandidateEffect.Reply(new(2), new ElectionReply.Transfer(TransferOutcome.ForeignBetween))], foreign);
        Assert.IsType<CandidatePhase.Leading>(us.State.Phase);
    }

    [Fact]
    public void When_the_line_changes_under_a_transfer_it_is_read_again_and_in_the_end_the_leader_just_goes()
    {
        var us = Leading(5);
        us.Transfer("b");
        var line = Line((5, "us", 0), (6, "a", 0), (8, "b", 0));
        for (var tries = 0; tries < 5; tries++)
        {
            us.Tell(new CandidateMessage.LineRead(us.State.Round, line));
            us.Tell(new CandidateMessage.HandedOver(us.State.Round, Succeeded: false));
        }

        Assert.IsType<CandidatePhase.Removing>(us.State.Phase);
        Assert.Contains(
            new CandidateEffect.Reply(new(1), new ElectionReply.Transfer(TransferOutcome.Resigned)), us.Tell(new CandidateMessage.Removed(us.State.Round)));
    }

    [Fact]
    public void A_wish_for_another_asks_the_leader_to_step_down_and_one_for_itself_is_deleted()
    {
        var us = Leading(5);
        us.Cards((7, "us", 0), (8, "b", 0));

        var nobody = us.Tell(new CandidateMessage.WishShown(new TransferWish("nobody", new(9))));
        var own = us.Tell(new CandidateMessage.WishShown(new TransferWish("us", new(10))));
        var other = us.Tell(new CandidateMessage.WishShown(new TransferWish("b", new(11))));

        Assert.Empty(nobody);
        Assert.Equal([new CandidateEffect.ForgetWish(new(10))], own);
        Assert.Equal([new CandidateEffect.AskToStepDown()], other);
    }

    [Fact]
    public void A_line_longer_than_one_transaction_of_etcd_is_not_transferred_past()
    {
        var us = Leading(1);
        us.Transfer("b");

        var effects = us.Tell(new CandidateMessage.LineRead(
            us.State.Round, Line([(1, "us", 0), .. Enumerable.Range(2, CandidateLine.MostStepBacks + 1).Select(n => ((long)n, (string?)"a", 0)), (1000, "b", 0)])));

        Assert.Contains(effects, e => e is CandidateEffect.Reply { Answer: ElectionReply.Failed { Error.Kind: CoordinationErrorKind.LimitReached } });
    }
}
