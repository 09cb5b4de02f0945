using Coordination.Etcd;
using Coordination.Locks;
using static Coordination.Tests.Locks.LockDialogue;

namespace Coordination.Tests.Locks;

/// <summary>The rules of a lock, one by one. All orders of them: <see cref="LockMachineWalkTests"/>.</summary>
public sealed class LockMachineTests
{
    [Fact]
    public void A_lock_is_acquired_in_one_transaction()
    {
        var it = WithSession();

        Assert.Equal([Sent(1)], it.Acquire(1));
        Assert.Equal([new LockEffect.Grant(Request(1), new(5), Lease), new LockEffect.SetTimer(LockTimer.OwnKeyWatch, 0)], it.Won(1, 5));
        Assert.Equal((Request(1), new(5), Lease), it.HeldBy);
    }

    [Fact]
    public void Without_a_session_a_request_waits_and_is_attempted_when_there_is_one()
    {
        var it = new LockDialogue();

        Assert.Empty(it.Acquire(1));
        Assert.Equal([Sent(1)], it.Tell(new LockMessage.SessionOpened(new LockLease(Lease, Ttl))));
    }

    [Fact]
    public void A_held_key_is_watched_from_now_on_and_then_read_so_that_nothing_is_missed()
    {
        var it = WithSession();
        it.Acquire(1);

        Assert.Equal([new LockEffect.StartWatch(Revision.None), new LockEffect.SetTimer(LockTimer.Fallback, 0)], it.Met(1, Foreign(5), 9));
        Assert.True(it.State.Holder!.IsForeign);
        Assert.Equal([new LockEffect.SendRead()], it.Tell(new LockMessage.WatchStarted()));
        Assert.Contains(Sent(2), it.Read(null, 10));
    }

    [Fact]
    public void The_deletion_of_the_key_is_answered_with_an_attempt() =>
        Assert.Equal(
            [new LockEffect.CancelTimer(LockTimer.Fallback), Sent(2)], Blocked(5).ShowDeletion(6));

    [Fact]
    public void The_fallback_timer_is_answered_with_an_attempt() =>
        Assert.Equal([Sent(2)], Blocked(5).Fire(LockTimer.Fallback));

    [Fact]
    public void A_try_is_answered_at_once_when_somebody_else_holds_the_lock()
    {
        var reply = Assert.IsType<LockEffect.Reply>(Assert.Single(Blocked(5).Acquire(2, isTry: true)));

        Assert.Equal(5, Assert.IsType<LockReply.NotAcquired>(reply.Answer).Holder!.Token);
    }

    [Fact]
    public void A_try_is_answered_at_once_when_this_process_holds_the_lock()
    {
        var reply = Assert.IsType<LockEffect.Reply>(Assert.Single(Holding(5).Acquire(2, isTry: true)));

        Assert.IsType<LockReply.NotAcquired>(reply.Answer);
    }

    [Fact]
    public void A_try_does_not_wait_for_the_holder_that_its_attempt_met()
    {
        var it = WithSession();
        it.Acquire(1, isTry: true);

        var effects = it.Met(1, Foreign(5));

        Assert.IsType<LockReply.NotAcquired>(Assert.IsType<LockEffect.Reply>(Assert.Single(effects)).Answer);
        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void A_try_that_stands_behind_the_one_who_was_granted_is_answered()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Acquire(2, isTry: true);

        var effects = it.Won(1, 5);

        Assert.Contains(new LockEffect.Grant(Request(1), new(5), Lease), effects);
        Assert.Contains(new LockEffect.Reply(Request(2), new LockReply.NotAcquired(null)), effects);
    }

    [Fact]
    public void Requests_are_served_in_the_order_they_came()
    {
        var it = Holding(5);
        it.Acquire(2);
        it.Acquire(3);
        it.Release(1);

        Assert.Contains(new LockEffect.Grant(Request(2), new(7), Lease), it.Tell(new LockMessage.PassedOn(Attempt(2), new(7), Fresh)));
        Assert.Equal(Request(3), Assert.Single(it.State.Waiters).Request);
    }

    [Fact]
    public void More_requests_than_the_limit_are_refused_at_once()
    {
        var it = new LockDialogue(maxWaiters: 1);
        it.Acquire(1);

        var reply = Assert.IsType<LockEffect.Reply>(Assert.Single(it.Acquire(2)));

        Assert.Equal(CoordinationErrorKind.LimitReached, Assert.IsType<LockReply.Failed>(reply.Answer).Error.Kind);
    }

    [Fact]
    public void Somebody_who_gives_up_is_answered_and_his_attempt_is_undone_when_it_wins()
    {
        var it = WithSession();
        it.Acquire(1);

        Assert.Equal([new LockEffect.Reply(Request(1), new LockReply.Withdrawn())], it.Withdraw(1));
        Assert.Equal([new LockEffect.SendRelease(new(5))], it.Won(1, 5));
    }

    [Fact]
    public void The_last_waiter_that_gives_up_takes_the_watch_with_him()
    {
        var it = Blocked(5);

        Assert.Equal([new LockEffect.Reply(Request(1), new LockReply.Withdrawn()), new LockEffect.StopWatch()], it.Withdraw(1));
        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void Giving_up_after_the_answer_changes_nothing()
    {
        var it = Holding(5);

        Assert.Empty(it.Withdraw(1));
        Assert.IsType<LockPhase.Holding>(it.State.Phase);
    }

    [Fact]
    public void No_lock_is_granted_with_less_than_half_a_ttl()
    {
        var it = WithSession();
        it.Acquire(1);

        Assert.Equal([new LockEffect.VerifyLease(Lease), new LockEffect.SetTimer(LockTimer.Confirm, 0)], it.Won(1, 5, (Ttl / 2) - TimeSpan.FromTicks(1)));
        Assert.DoesNotContain(it.Fire(LockTimer.Confirm, Ttl / 4), e => e is LockEffect.Grant);
        Assert.Contains(new LockEffect.Grant(Request(1), new(5), Lease), it.Fire(LockTimer.Confirm, Ttl / 2));
    }

    [Fact]
    public void A_lease_that_etcd_does_not_know_is_verified_and_the_waiters_stay()
    {
        var it = WithSession();
        it.Acquire(1);

        Assert.Equal(
            [new LockEffect.VerifyLease(Lease), new LockEffect.SetTimer(LockTimer.Retry, 1)], it.Failed(1, NotApplied(CoordinationErrorKind.LeaseNotFound)));
        Assert.Single(it.State.Waiters);
    }

    [Theory]
    [InlineData(CoordinationErrorKind.PermissionDenied)]
    [InlineData(CoordinationErrorKind.Unauthenticated)]
    [InlineData(CoordinationErrorKind.NoSpace)]
    public void What_time_does_not_heal_is_told_to_those_who_wait(CoordinationErrorKind kind)
    {
        var it = WithSession();
        it.Acquire(1);
        it.Acquire(2);

        var replies = it.Failed(1, NotApplied(kind)).Cast<LockEffect.Reply>().ToList();

        Assert.Equal([Request(1), Request(2)], replies.Select(r => r.Request));
        Assert.All(replies, r => Assert.Equal(kind, Assert.IsType<LockReply.Failed>(r.Answer).Error.Kind));
        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void A_failure_that_passes_is_told_to_tries_and_waited_out_by_the_others()
    {
        var it = WithSession();
        it.Acquire(1, isTry: true);
        it.Acquire(2);

        var effects = it.Failed(1, NotApplied(CoordinationErrorKind.Unavailable));

        Assert.IsType<LockReply.Failed>(effects.OfType<LockEffect.Reply>().Single(r => r.Request == Request(1)).Answer);
        Assert.Contains(new LockEffect.SetTimer(LockTimer.Retry, 1), effects);
        Assert.Equal([Sent(2)], it.Fire(LockTimer.Retry));
    }

    [Fact]
    public void Failures_in_a_row_are_counted_for_the_backoff()
    {
        var it = WithSession();
        it.Acquire(1);
        for (var i = 1; i <= 4; i++)
        {
            Assert.Contains(new LockEffect.SetTimer(LockTimer.Retry, i), it.Failed(i, NotApplied(CoordinationErrorKind.Unavailable)));
            it.Fire(LockTimer.Retry);
        }
    }

    [Fact]
    public void An_unreadable_foreign_value_is_a_holder_and_is_never_deleted()
    {
        var it = WithSession();
        it.Acquire(1);

        var effects = it.Met(1, new KeyValue("K", new byte[] { 0xff, 0xfe }, new(5), new(5), 1, Lease));

        Assert.DoesNotContain(effects, e => e is LockEffect.SendRelease);
        Assert.True(it.State.Holder!.IsForeign);
    }

    [Fact]
    public void A_key_of_an_earlier_life_is_removed_and_not_granted()
    {
        var it = WithSession();

        Assert.Equal([new LockEffect.SendRecovery(Lease)], it.Tell(new LockMessage.Recover()));
        it.Acquire(1);
        Assert.Equal([new LockEffect.StartWatch(new(9)), new LockEffect.NoteAbandonedFound(Attempt(99)), new LockEffect.SendRelease(new(4))], it.Read(Ours(99, 4), 8));
        Assert.Equal([Sent(1)], it.Tell(new LockMessage.ReleaseDone(new(4), new(9))));
    }

    [Fact]
    public void What_an_earlier_life_may_still_put_is_watched_for_and_removed()
    {
        var it = WithSession();
        it.Tell(new LockMessage.Recover());
        it.Read(null, 8);

        Assert.Contains(new LockEffect.SendRelease(new(9)), it.ShowPut(Ours(99, 9)));
        Assert.False(it.State.IsIdle);
    }

    [Fact]
    public void A_recovery_that_fails_is_tried_again_before_anything_else()
    {
        var it = WithSession();
        it.Tell(new LockMessage.Recover());
        it.Acquire(1);
        it.Tell(new LockMessage.ReadFailed(NotApplied(CoordinationErrorKind.Unavailable)));

        Assert.Equal([new LockEffect.SendRecovery(Lease)], it.Fire(LockTimer.Retry));
    }

    [Fact]
    public void A_late_reply_to_an_attempt_that_nobody_makes_any_more_is_ignored()
    {
        var it = Holding(5);
        var before = it.State;

        Assert.Empty(it.Won(99, 6));
        Assert.Empty(it.Met(99, Foreign(6)));
        Assert.Empty(it.Failed(99, Unknown()));
        Assert.Same(before, it.State);
    }
}
