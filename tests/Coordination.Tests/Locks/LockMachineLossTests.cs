using Coordination.Locks;
using static Coordination.Tests.Locks.LockDialogue;

namespace Coordination.Tests.Locks;

/// <summary>How a lock ends: released, lost with its key, lost with its lease.</summary>
public sealed class LockMachineLossTests
{
    [Fact]
    public void A_release_is_guarded_by_the_token()
    {
        var it = Holding(5);

        Assert.Equal([new LockEffect.CancelTimer(LockTimer.OwnKeyWatch), new LockEffect.SendRelease(new(5))], it.Release(1));
        Assert.Equal([new LockEffect.Reply(Request(1), new LockReply.Released())], it.Tell(new LockMessage.ReleaseDone(new(5), new(6))));
        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void A_release_with_unknown_outcome_is_sent_again_with_the_same_guard()
    {
        var it = Holding(5);
        it.Release(1);

        Assert.Equal([new LockEffect.SetTimer(LockTimer.Retry, 1)], it.Tell(new LockMessage.ReleaseFailed(new(5), Unknown())));
        Assert.Equal([new LockEffect.SendRelease(new(5))], it.Fire(LockTimer.Retry));
    }

    [Fact]
    public void A_late_answer_to_an_old_release_does_not_end_a_newer_acquisition()
    {
        var it = Holding(5);
        it.Release(1);
        it.Fire(LockTimer.Retry);
        it.Tell(new LockMessage.ReleaseDone(new(5), new(6)));
        it.Acquire(2);
        it.Won(2, 7);
        it.Tell(new LockMessage.ReleaseDone(new(5), new(8)));
        it.Tell(new LockMessage.ReleaseFailed(new(5), Unknown()));

        Assert.Equal((Request(2), new(7), Lease), it.HeldBy);
        Assert.Contains(new LockEffect.SendRelease(new(7)), it.Release(2));
    }

    [Fact]
    public void A_late_answer_to_an_old_release_does_not_answer_a_newer_one()
    {
        var it = Holding(5);
        it.Release(1);
        it.Tell(new LockMessage.ReleaseDone(new(5), new(6)));
        it.Acquire(2);
        it.Won(2, 7);
        it.Release(2);

        Assert.Empty(it.Tell(new LockMessage.ReleaseDone(new(5), new(8))));
        Assert.Empty(it.Tell(new LockMessage.ReleaseFailed(new(5), Unknown())));
        Assert.Contains(new LockEffect.Reply(Request(2), new LockReply.Released()), it.Tell(new LockMessage.ReleaseDone(new(7), new(9))));
    }

    [Fact]
    public void A_release_that_etcd_refuses_is_told_and_still_tried()
    {
        var it = Holding(5);
        it.Release(1);

        var effects = it.Tell(new LockMessage.ReleaseFailed(new(5), NotApplied(CoordinationErrorKind.PermissionDenied)));

        Assert.IsType<LockReply.Failed>(effects.OfType<LockEffect.Reply>().Single().Answer);
        Assert.Equal([new LockEffect.SendRelease(new(5))], it.Fire(LockTimer.Retry));
        Assert.DoesNotContain(it.Tell(new LockMessage.ReleaseDone(new(5), new(6))), e => e is LockEffect.Reply);
    }

    [Fact]
    public void Releasing_what_is_not_held_any_more_is_answered_at_once()
    {
        var it = Holding(5);
        it.Lose(Lease);

        Assert.Equal([new LockEffect.Reply(Request(1), new LockReply.Released())], it.Release(1));
    }

    [Fact]
    public void A_lock_that_is_held_for_a_while_watches_its_own_key() =>
        Assert.Equal([new LockEffect.StartWatch(new(6))], Holding(5).Fire(LockTimer.OwnKeyWatch));

    [Fact]
    public void An_own_key_that_is_deleted_is_lost_at_once()
    {
        var it = Holding(5);
        it.Fire(LockTimer.OwnKeyWatch);

        Assert.Contains(new LockEffect.Lose(Request(1), LossReason.KeyDeleted), it.ShowDeletion(6));
        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void An_own_key_that_is_overwritten_is_lost_at_once_and_not_deleted()
    {
        var it = Holding(5);
        it.Fire(LockTimer.OwnKeyWatch);
        it.Acquire(2);

        var effects = it.ShowPut(Foreign(6));

        Assert.Contains(new LockEffect.Lose(Request(1), LossReason.KeyOverwritten), effects);
        Assert.DoesNotContain(effects, e => e is LockEffect.SendRelease);
        Assert.IsType<LockPhase.Blocked>(it.State.Phase);
    }

    [Fact]
    public void An_own_key_that_is_gone_after_a_cut_in_the_history_is_lost()
    {
        var it = Holding(5);
        it.Fire(LockTimer.OwnKeyWatch);

        Assert.Contains(new LockEffect.Lose(Request(1), LossReason.KeyDeleted), it.Read(null, 9));
    }

    [Fact]
    public void An_own_key_that_is_still_there_after_a_cut_in_the_history_is_held()
    {
        var it = Holding(5);
        it.Fire(LockTimer.OwnKeyWatch);

        Assert.Empty(it.Read(Ours(1, 5), 9));
        Assert.IsType<LockPhase.Holding>(it.State.Phase);
    }

    [Fact]
    public void Events_older_than_the_own_key_mean_nothing()
    {
        var it = Blocked(5);
        it.ShowDeletion(6);
        it.Won(2, 9);

        Assert.Empty(it.ShowPut(Foreign(7)));
        Assert.Empty(it.ShowDeletion(8));
        Assert.IsType<LockPhase.Holding>(it.State.Phase);
    }

    [Fact]
    public void A_win_that_the_watch_has_already_shown_deleted_is_not_granted()
    {
        var it = Blocked(5);
        it.ShowDeletion(6);
        it.ShowPut(Ours(2, 7));
        it.ShowDeletion(8);

        Assert.Equal([Sent(3)], it.Won(2, 7));
    }

    [Fact]
    public void A_win_that_the_watch_has_already_shown_overwritten_is_not_granted()
    {
        var it = Blocked(5);
        it.ShowDeletion(6);
        it.ShowPut(Ours(2, 7));
        it.ShowPut(Foreign(8));

        Assert.Equal([Sent(3)], it.Won(2, 7));
    }

    [Fact]
    public void A_win_that_the_watch_has_shown_too_is_granted()
    {
        var it = Blocked(5);
        it.ShowDeletion(6);
        it.ShowPut(Ours(2, 7));

        Assert.Contains(new LockEffect.Grant(Request(1), new(7), Lease), it.Won(2, 7));
    }

    [Fact]
    public void A_holder_that_was_met_but_is_shown_gone_is_not_waited_for()
    {
        var it = Blocked(5);
        it.Fire(LockTimer.Fallback);
        it.ShowDeletion(6);

        Assert.Equal([Sent(3)], it.Met(2, Foreign(5), 5));
    }

    [Fact]
    public void When_the_session_is_lost_the_holder_loses_and_the_waiters_stay_in_line()
    {
        var it = Holding(5);
        it.Acquire(2);
        it.Acquire(3);

        Assert.Equal([new LockEffect.Lose(Request(1), LossReason.Expired), new LockEffect.CancelTimer(LockTimer.OwnKeyWatch)], it.Lose(Lease));
        Assert.Equal([Request(2), Request(3)], it.State.Waiters.Select(w => w.Request));
        Assert.Equal([Sent(2, NextLease)], it.Tell(new LockMessage.SessionOpened(new LockLease(NextLease, Ttl))));
    }

    [Fact]
    public void An_attempt_that_wins_after_its_session_was_lost_is_not_granted()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Lose(Lease);

        Assert.Empty(it.Won(1, 5));
        it.Tell(new LockMessage.SessionOpened(new LockLease(NextLease, Ttl)));
        Assert.DoesNotContain(it.Met(2, Ours(1, 5), 9), e => e is LockEffect.Grant);
    }

    [Fact]
    public void Who_waited_for_an_attempt_on_a_lost_lease_is_served_under_the_next_one_without_waiting_for_its_reply()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Lose(Lease);

        Assert.Equal([Sent(2, NextLease)], it.Tell(new LockMessage.SessionOpened(new LockLease(NextLease, Ttl))));
        Assert.Empty(it.Won(1, 5));
    }

    [Fact]
    public void The_loss_of_an_older_session_is_no_loss()
    {
        var it = Holding(5);

        Assert.Empty(it.Lose(NextLease));
        Assert.IsType<LockPhase.Holding>(it.State.Phase);
    }

    [Fact]
    public void A_release_under_way_is_over_when_its_lease_is()
    {
        var it = Holding(5);
        it.Release(1);

        Assert.Contains(new LockEffect.Reply(Request(1), new LockReply.Released()), it.Lose(Lease));
    }

    [Fact]
    public void A_lease_that_is_lost_while_the_grant_waits_for_its_renewal_grants_nothing()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Won(1, 5, TimeSpan.FromSeconds(1));
        it.Lose(Lease);

        Assert.Empty(it.Fire(LockTimer.Confirm));
        Assert.Single(it.State.Waiters);
    }
}
