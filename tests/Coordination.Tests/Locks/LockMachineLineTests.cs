using Coordination.Etcd;
using Coordination.Locks;
using static Coordination.Tests.Locks.LockDialogue;

namespace Coordination.Tests.Locks;

/// <summary>The line of those who wait, and what becomes of a lock when it is released.</summary>
public sealed class LockMachineLineTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    [Fact]
    public void Who_is_blocked_watches_the_key_from_now_on_and_then_takes_a_ticket_at_the_revision_that_showed_it_taken()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);

        Assert.Equal([new LockEffect.StartWatch(Revision.None), new LockEffect.SetTimer(LockTimer.Fallback, 0)], it.Met(1, Foreign(5), 9));
        var ticket = Assert.IsType<LockEffect.SendTicket>(Assert.Single(it.Tell(new LockMessage.WatchStarted()))).Ticket;
        Assert.Equal((Lease, new Revision(9)), (ticket.Lease, ticket.Place));
    }

    [Fact]
    public void Who_is_first_in_line_reacts_to_the_deletion_and_gives_its_ticket_back_in_the_attempt()
    {
        var it = InLine(5);

        var effects = it.ShowDeletion(8);

        var attempt = Assert.IsType<LockEffect.SendAttempt>(effects[^1]);
        Assert.True(attempt.InTurn);
        Assert.Equal(it.State.Ticket, attempt.Ticket);
    }

    [Fact]
    public void Who_is_not_first_leaves_the_key_to_the_one_ahead_and_watches_its_ticket()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());

        Assert.Equal([new LockEffect.SetTimer(LockTimer.WatchAhead, 0)], it.Line(Foreign(5), 6, ahead: Other(3)));
        Assert.Equal([new LockEffect.WatchAhead("waiters/3")], it.Fire(LockTimer.WatchAhead));
        Assert.Equal([new LockEffect.CancelTimer(LockTimer.Fallback), new LockEffect.SetTimer(LockTimer.DeadHead, 0)], it.ShowDeletion(8));
    }

    [Fact]
    public void When_the_one_ahead_is_gone_the_line_is_read_again_and_it_may_be_our_turn()
    {
        var it = InLine(5, ahead: Other(3));
        it.ShowDeletion(8);

        Assert.IsType<LockEffect.SendLineRead>(it.Tell(new LockMessage.AheadGone("waiters/3"))[^1]);
        Assert.Contains(it.Line(null, 9), e => e is LockEffect.SendAttempt { InTurn: true });
    }

    [Fact]
    public void When_the_one_ahead_is_shown_holding_the_lock_it_is_our_turn_next()
    {
        var it = InLine(5, ahead: Other(3));

        Assert.IsType<LockEffect.SendLineRead>(it.ShowPut(Foreign(8) with { Lease = Other(3).Lease })[^1]);
        Assert.Contains(it.ShowDeletion(9), e => e is LockEffect.SendAttempt { InTurn: true });
    }

    [Fact]
    public void Who_comes_after_us_is_looked_up_when_the_lock_moves_and_not_again_when_it_is_known()
    {
        var it = InLine(5, ahead: Other(3));

        Assert.Contains(it.ShowPut(Foreign(8) with { Lease = new(77) }), e => e is LockEffect.SendLineRead);
        Assert.Empty(it.Line(Foreign(8), 9, ahead: Other(3), next: Other(4)));
        Assert.DoesNotContain(it.ShowPut(Foreign(10) with { Lease = new(78) }), e => e is LockEffect.SendLineRead);
    }

    [Fact]
    public void A_view_of_the_line_that_the_lock_has_overtaken_is_asked_for_again()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());
        it.ShowPut(Foreign(8) with { Lease = Other(3).Lease });

        Assert.Contains(it.Line(Foreign(5), 6, ahead: Other(3)), e => e is LockEffect.SendLineRead);
        it.Line(Foreign(8), 8);
        Assert.True(it.State.Ticket!.IsFirst);
    }

    [Fact]
    public void One_read_of_the_line_is_under_way_at_a_time_however_fast_the_lock_moves()
    {
        var it = InLine(5, ahead: Other(3));
        it.ShowPut(Foreign(8) with { Lease = new(77) });

        Assert.DoesNotContain(it.ShowPut(Foreign(9) with { Lease = new(78) }), e => e is LockEffect.SendLineRead);
        Assert.DoesNotContain(it.Line(Foreign(9), 10, ahead: Other(3)), e => e is LockEffect.SendLineRead);
    }

    [Fact]
    public void When_the_head_does_not_react_others_take_their_chance()
    {
        var it = InLine(5, ahead: Other(3));
        it.ShowDeletion(8);

        Assert.Contains(it.Fire(LockTimer.DeadHead), e => e is LockEffect.SendAttempt { InTurn: false, Ticket: not null });
    }

    [Fact]
    public void Who_comes_new_does_not_overtake_the_line_when_the_key_is_free_for_a_moment()
    {
        var it = WithSession();

        Assert.Contains(it.Acquire(1, isFair: true), e => e is LockEffect.SendAttempt { InTurn: true });
        Assert.Contains(new LockEffect.SetTimer(LockTimer.DeadHead, 0), it.Tell(new LockMessage.AttemptBarred(Attempt(1), new(9))));
        Assert.IsType<LockEffect.SendTicket>(Assert.Single(it.Tell(new LockMessage.WatchStarted())));
    }

    [Fact]
    public void A_try_does_not_stand_in_line() =>
        Assert.Contains(WithSession().Acquire(1, isTry: true, isFair: true), e => e is LockEffect.SendAttempt { InTurn: false });

    [Fact]
    public void The_last_one_who_gives_up_takes_the_ticket_out_of_the_line()
    {
        var it = InLine(5);

        var ticket = Assert.IsType<LockEffect.SendLeave>(it.Withdraw(1)[^1]).Ticket;
        Assert.Equal([new LockEffect.StopWatch()], it.Tell(new LockMessage.LineLeft(ticket.Attempt, Foreign(5), new(9), Fresh)));
        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void A_lock_that_was_handed_to_us_while_we_left_the_line_is_given_back()
    {
        var it = InLine(5);
        var ticket = Assert.IsType<LockEffect.SendLeave>(it.Withdraw(1)[^1]).Ticket;

        Assert.Contains(IfAlone(8), it.Tell(new LockMessage.LineLeft(ticket.Attempt, Ours(2, 8), new(9), Fresh)));
    }

    [Fact]
    public void A_ticket_is_not_taken_out_before_it_is_known_to_be_in()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());

        Assert.DoesNotContain(it.Withdraw(1), e => e is LockEffect.SendLeave);
        Assert.Contains(it.Line(Foreign(5), 6), e => e is LockEffect.SendLeave);
    }

    [Fact]
    public void A_lock_that_is_handed_to_our_ticket_is_granted_when_the_watch_shows_it()
    {
        var it = InLine(5);

        Assert.Contains(new LockEffect.Grant(Request(1), new(8), Lease), it.ShowPut(Ours(2, 8)));
        Assert.Null(it.State.Ticket);
    }

    [Fact]
    public void A_holder_hands_the_lock_to_the_next_in_line_when_its_ticket_is_young()
    {
        var it = InLine(5, next: Other(4));
        it.ShowPut(Ours(2, 8));

        Assert.Contains(new LockEffect.SendHandOver(new(8), Other(4), Version: 1), it.Release(1, Window - TimeSpan.FromTicks(1)));
        Assert.Contains(new LockEffect.Reply(Request(1), new LockReply.Released()), it.Tell(new LockMessage.HandedOver(new(8), true, new(9))));
    }

    [Fact]
    public void An_old_ticket_may_be_of_somebody_dead_so_the_key_is_deleted_and_its_owner_woken_by_that()
    {
        var it = InLine(5, next: Other(4));
        it.ShowPut(Ours(2, 8));

        Assert.Contains(new LockEffect.SendRelease(new(8), Other(4)), it.Release(1, Window));
    }

    [Fact]
    public void Who_waits_here_after_a_hand_over_stands_in_line_without_another_attempt()
    {
        var it = InLine(5, next: Other(4));
        it.ShowPut(Ours(2, 8));
        it.Acquire(2, isFair: true);
        it.Release(1);

        var effects = it.Tell(new LockMessage.HandedOver(new(8), true, new(9)));

        Assert.Equal(new Revision(9), Assert.IsType<LockEffect.SendTicket>(effects[^1]).Ticket.Place);
        Assert.DoesNotContain(effects, e => e is LockEffect.SendAttempt);
    }

    [Fact]
    public void After_so_many_hand_overs_the_key_is_deleted_for_once_for_those_who_wait_without_a_ticket()
    {
        var it = InLine(5, next: Other(4));
        it.ShowPut(Ours(2, 8) with { Version = 65 });

        Assert.Contains(new LockEffect.SendRelease(new(8), Other(4)), it.Release(1));
    }

    [Fact]
    public void With_nobody_else_in_line_the_lock_is_passed_to_the_next_request_here_with_a_new_token()
    {
        var it = Holding(5);
        it.Acquire(2);

        Assert.Equal([new LockEffect.CancelTimer(LockTimer.OwnKeyWatch), new LockEffect.SendPass(new(5), Attempt(2), Lease)], it.Release(1));
        var effects = it.Tell(new LockMessage.PassedOn(Attempt(2), new(6), Fresh));

        Assert.Equal(new LockEffect.Reply(Request(1), new LockReply.Released()), effects[0]);
        Assert.Contains(new LockEffect.Grant(Request(2), new(6), Lease), effects);
    }

    [Fact]
    public void When_somebody_else_stands_in_line_the_lock_is_not_passed_on_here_but_given_to_that_one()
    {
        var it = Holding(5);
        it.Acquire(2, isFair: true);
        it.Release(1);

        Assert.Equal([new LockEffect.SendRelease(new(5), Other(4))], it.Tell(new LockMessage.NextShown(new(5), IsOurs: true, Other(4))));
        var effects = it.Tell(new LockMessage.ReleaseDone(new(5), new(9)));

        Assert.Equal(new LockEffect.Reply(Request(1), new LockReply.Released()), effects[0]);
        Assert.True(Assert.IsType<LockEffect.SendAttempt>(effects[1]).InTurn);
    }

    [Fact]
    public void A_lock_that_turns_out_to_be_somebody_elses_is_not_passed_on()
    {
        var it = Holding(5);
        it.Acquire(2, isFair: true);
        it.Release(1);

        var effects = it.Tell(new LockMessage.NextShown(new(5), IsOurs: false, Other(4)));

        Assert.Equal(new LockEffect.Reply(Request(1), new LockReply.Released()), effects[0]);
        Assert.IsType<LockEffect.SendAttempt>(effects[1]);
    }

    [Fact]
    public void Passing_on_with_an_unknown_outcome_falls_back_to_the_guarded_release()
    {
        var it = Holding(5);
        it.Acquire(2);
        it.Release(1);

        it.Tell(new LockMessage.PassFailed(Attempt(2), Unknown()));

        Assert.Equal([new LockEffect.SendRelease(new(5))], it.Fire(LockTimer.Retry));
        Assert.Contains(Attempt(2), it.State.Unresolved.Keys);
    }

    [Fact]
    public void A_place_in_line_is_kept_when_the_lease_is_lost()
    {
        var it = InLine(5);
        var place = it.State.Ticket!.Place;
        it.Tell(new LockMessage.SessionLost(Lease, LossReason.Expired));

        var effects = it.Tell(new LockMessage.SessionOpened(new LockLease(NextLease, Ttl)));

        Assert.Equal((place, NextLease), Assert.IsType<LockEffect.SendTicket>(Assert.Single(effects)).Ticket switch { var t => (t.Place, t.Lease) });
    }

    [Fact]
    public void Without_permission_for_the_line_waiting_goes_on_by_chance()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());

        var effects = it.Tell(new LockMessage.LineFailed(Attempt(2), 1, NotApplied(CoordinationErrorKind.PermissionDenied)));

        Assert.Contains(effects, e => e is LockEffect.NoteLineClosed);
        Assert.Contains(it.ShowDeletion(8), e => e is LockEffect.SendAttempt { InTurn: false });
    }

    [Fact]
    public void A_late_retry_does_not_take_a_ticket_out_that_is_still_being_placed()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Failed(1, Unknown());
        it.Acquire(2, isFair: true);
        it.Read(Ours(1, 5), 6);
        it.Withdraw(2);
        it.Release(1);
        it.Tell(new LockMessage.ReleaseDone(new(5), new(7)));
        it.Acquire(3, isFair: true);
        it.Met(2, Foreign(8));
        it.Tell(new LockMessage.WatchStarted());
        it.Withdraw(3);

        Assert.DoesNotContain(it.Fire(LockTimer.Retry), e => e is LockEffect.SendLeave);
    }

    [Fact]
    public void A_ticket_whose_lease_is_gone_needs_not_be_taken_out()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());
        it.Withdraw(1);

        it.Tell(new LockMessage.LineFailed(Attempt(2), 1, NotApplied(CoordinationErrorKind.LeaseNotFound)));

        Assert.IsType<LockPhase.Idle>(it.State.Phase);
        Assert.Empty(it.Fire(LockTimer.Retry));
    }

    [Fact]
    public void A_ticket_of_unknown_outcome_is_swept_out_when_the_key_becomes_free()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());
        it.Tell(new LockMessage.LineFailed(Attempt(2), 1, Unknown()));
        var leave = Assert.IsType<LockEffect.SendLeave>(it.Withdraw(1)[^1]);
        it.Tell(new LockMessage.LineLeft(leave.Ticket.Attempt, Foreign(5), new(9), Fresh));

        Assert.Contains(new LockEffect.SweepLine(Lease, null), it.Read(Foreign(5), 9));
        Assert.Contains(new LockEffect.SweepLine(Lease, null), it.ShowDeletion(10));
    }

    [Fact]
    public void An_attempt_that_turns_out_to_have_won_took_its_ticket_with_it()
    {
        var it = InLine(5);
        it.ShowDeletion(8);
        it.Failed(3, Unknown());

        it.ShowPut(Ours(3, 9));

        Assert.IsType<LockPhase.Holding>(it.State.Phase);
        Assert.Null(it.State.Ticket);
    }

    [Fact]
    public void A_place_that_was_kept_says_nothing_about_the_age_of_those_behind_it()
    {
        var it = InLine(5);
        it.Tell(new LockMessage.SessionLost(Lease, LossReason.Expired));
        it.Tell(new LockMessage.SessionOpened(new LockLease(NextLease, Ttl)));
        it.Line(Foreign(5), 9, next: Other(4));
        it.ShowPut(Ours(3, 10) with { Lease = NextLease });

        Assert.Contains(new LockEffect.SendRelease(new(10), Other(4)), it.Release(1));
    }

    [Fact]
    public void The_lock_is_not_handed_to_a_ticket_without_a_lease()
    {
        var it = InLine(5, next: Other(4) with { Lease = LeaseId.None });
        it.ShowPut(Ours(2, 8));

        Assert.Contains(new LockEffect.SendReleaseIfAlone(new(8), new(5), Lease), it.Release(1));
        Assert.Contains(new LockEffect.SendRelease(new(8)), it.Tell(new LockMessage.NextShown(new(8), IsOurs: true, Other(4) with { Lease = LeaseId.None })));
    }

    [Fact]
    public void In_another_history_what_is_held_is_given_up()
    {
        var it = Holding(100);

        Assert.Equal([new LockEffect.GiveUpLease(Lease, LossReason.HistoryReplaced)], it.Tell(new LockMessage.HistoryReplaced()));
    }
}
