using Coordination.Etcd;
using Coordination.Journal;
using static Coordination.Tests.Journal.JournalDialogue;

namespace Coordination.Tests.Journal;

/// <summary>What the fence decides, and what happens to it.</summary>
public sealed class JournalMachineFenceTests
{
    [Fact]
    public void After_a_lost_reply_the_fence_is_moved_and_each_writer_is_told_what_its_look_shows()
    {
        var journal = new JournalDialogue(inFlight: 1).Opened();
        var busy = journal.Fill();
        journal.Submit(Write("a"));
        journal.Submit(Write("b"));
        var batch = Sent(journal.Answer(busy[0], 12));

        var lost = journal.Lose(batch);
        var settled = journal.Tell(new JournalMessage.FenceMoved(FenceOf(lost).Move, Moved(20, Key("a", 13), null)));

        Assert.Equal(["a", "b"], FenceOf(lost).Lost.Select(write => write.Tag));
        Assert.Empty(Told(lost));
        Assert.Equal(["a shown 13 at 20", "b shown nothing at 20"], Told(settled));
        Assert.Equal(new Revision(20), Sent(journal.Submit(Write("c"))).Fence);
    }

    [Fact]
    public void While_the_fence_moves_nothing_is_sent_because_it_decides_only_about_what_was_sent_before()
    {
        var journal = new JournalDialogue().Opened();
        var busy = journal.Fill();
        var move = FenceOf(journal.Lose(busy[0]));

        Assert.Empty(journal.Submit(Write("a")));
        Assert.Equal(["y answered True at 12"], Told(journal.Answer(busy[1], 12)));
        Assert.Equal("a", Text(Sent(journal.Tell(new JournalMessage.FenceMoved(move.Move, Moved(20, [null]))))));
    }

    [Fact]
    public void A_second_lost_batch_gets_a_fence_of_its_own()
    {
        var journal = new JournalDialogue().Opened();
        var busy = journal.Fill();
        var first = FenceOf(journal.Lose(busy[0]));
        Assert.Empty(journal.Lose(busy[1]).Where(effect => effect is not JournalEffect.NoteLost));

        var effects = journal.Tell(new JournalMessage.FenceMoved(first.Move, Moved(20, [null])));

        Assert.Equal(["x shown nothing at 20"], Told(effects));
        Assert.Equal("y", Assert.Single(FenceOf(effects).Lost).Tag);
        Assert.Equal(["y shown 15 at 21"], Told(journal.Tell(new JournalMessage.FenceMoved(FenceOf(effects).Move, Moved(21, Key("y", 15))))));
    }

    [Fact]
    public void When_it_is_not_known_that_the_fence_was_moved_it_is_moved_again_after_a_pause_and_what_waits_is_refused()
    {
        var journal = new JournalDialogue().Opened();
        var batch = Sent(journal.Submit(Write("a")));
        var move = FenceOf(journal.Lose(batch));
        journal.Submit(Write("b"));

        var failed = journal.Tell(new JournalMessage.FenceFailed(move.Move, NoReply));
        Assert.Empty(journal.Submit(Write("c")));
        var again = Only<JournalEffect.MoveFence>(journal.Tell(new JournalMessage.PauseOver()));

        Assert.Equal(["b refused Timeout NotApplied"], Told(failed));
        Assert.Equal(1, Assert.Single(failed.OfType<JournalEffect.Pause>()).Failures);
        Assert.Equal("a", Assert.Single(again.Lost).Tag);

        // The first move may have been made after all: what it shows was there before the second one, which alone decides.
        Assert.Empty(journal.Tell(new JournalMessage.FenceMoved(move.Move, Moved(19, [null]))));
        var settled = journal.Tell(new JournalMessage.FenceMoved(again.Move, Moved(20, Key("a", 12))));
        Assert.Equal(["a shown 12 at 20"], Told(settled));
        Assert.Equal("c", Text(Sent(settled)));
    }

    [Fact]
    public void A_put_of_the_fence_that_comes_late_is_adopted_and_the_batch_is_sent_again()
    {
        var journal = new JournalDialogue().Opened();
        var batch = Sent(journal.Submit(Write("a")));

        var again = Sent(journal.Tell(new JournalMessage.Answered(batch.Id, Refused(15), default)));

        Assert.Equal("a", Text(again));
        Assert.Equal(new Revision(15), again.Fence);
        Assert.NotEqual(batch.Id, again.Id);
    }

    [Fact]
    public void Two_batches_that_meet_one_late_fence_adopt_it_once()
    {
        var journal = new JournalDialogue().Opened();
        var busy = journal.Fill();
        journal.Tell(new JournalMessage.Answered(busy[0].Id, Refused(15), default));

        var again = Sent(journal.Tell(new JournalMessage.Answered(busy[1].Id, Refused(15), default)));

        Assert.Equal(("y", new Revision(15)), (Text(again), again.Fence));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9L)]
    public void A_fence_that_is_gone_or_from_another_history_is_set_again(long? fence)
    {
        var journal = new JournalDialogue().Opened();
        var batch = Sent(journal.Submit(Write("a")));

        var move = Only<JournalEffect.MoveFence>(journal.Tell(new JournalMessage.Answered(batch.Id, Refused(fence), default)));
        var again = Sent(journal.Tell(new JournalMessage.FenceMoved(move.Move, Moved(20))));

        Assert.Empty(move.Lost);
        Assert.Equal(("a", new Revision(20)), (Text(again), again.Fence));
    }

    [Fact]
    public void When_the_lease_is_gone_the_session_is_asked()
    {
        var journal = new JournalDialogue();
        var move = Only<JournalEffect.MoveFence>(journal.Submit(Write("a")));

        var effects = journal.Tell(new JournalMessage.FenceFailed(
            move.Move, new EtcdException(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "requested lease not found")));

        Assert.Single(effects.OfType<JournalEffect.VerifyLease>());
        Assert.Equal(["a refused LeaseNotFound NotApplied"], Told(effects));
    }

    [Fact]
    public void Without_permission_for_a_fence_each_write_goes_alone_and_a_lost_reply_costs_the_session()
    {
        var journal = new JournalDialogue();
        var move = Only<JournalEffect.MoveFence>(journal.Submit(Write("a")));
        journal.Submit(Write("b"));

        var effects = journal.Tell(new JournalMessage.FenceFailed(move.Move, Denied));
        var sent = effects.OfType<JournalEffect.Send>().Select(send => send.Batch).ToList();
        var answered = journal.Tell(new JournalMessage.Answered(sent[0].Id, new TxnResult(new EtcdHeader(1, 1, new Revision(5), 1), false, []), default));
        var lost = journal.Lose(sent[1]);

        Assert.Equal([("a", null), ("b", (Revision?)null)], sent.Select(batch => (Text(batch), batch.Fence)));
        Assert.Single(effects.OfType<JournalEffect.NoteFenceless>());
        Assert.Equal(["a answered False at 5"], Told(answered));
        Assert.Single(lost.OfType<JournalEffect.GiveUpLease>());
        Assert.Empty(journal.Submit(Write("c")));
    }

    [Fact]
    public void A_batch_that_was_sent_under_the_fence_is_answered_as_one_although_the_permission_has_gone_since()
    {
        var journal = new JournalDialogue().Opened();
        var busy = journal.Fill();
        journal.Submit(Write("a"));
        journal.Submit(Write("b"));
        var both = Sent(journal.Answer(busy[0], 12));
        var move = FenceOf(journal.Lose(busy[1]));

        Assert.Single(journal.Tell(new JournalMessage.FenceFailed(move.Move, Denied)).OfType<JournalEffect.GiveUpLease>());

        Assert.Equal(["a answered True at 13", "b answered False at 13"], Told(journal.Answer(both, 13)));
    }

    private static EtcdException Denied { get; } = new(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "permission denied");
}
