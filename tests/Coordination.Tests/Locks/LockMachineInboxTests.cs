using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Time;
using static Coordination.Tests.Locks.LockDialogue;

namespace Coordination.Tests.Locks;

/// <summary>What changes when others can tell us what concerns us.</summary>
public sealed class LockMachineInboxTests
{
    private static readonly LockNeighbour Them = new(Other(4).Lease, Other(4).Attempt!.Value);

    [Fact]
    public void Who_waits_behind_others_takes_a_ticket_at_once_and_watches_nothing()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);

        var effects = it.Tell(new LockMessage.AttemptMet(Attempt(1), Foreign(5), new(9), Fresh, Other(4)));

        var ticket = Assert.IsType<LockEffect.SendTicket>(effects[^1]);
        Assert.Equal((new Revision(9), Them), (ticket.Ticket.Place, ticket.Behind));
        Assert.DoesNotContain(effects.Concat(it.Line(Foreign(5), 10, ahead: Other(4))), e => e is LockEffect.StartWatch or LockEffect.WatchAhead);
    }

    [Fact]
    public void Who_waits_long_watches_the_key_all_the_same_and_looks_again()
    {
        var it = InLineBehind(Other(3));

        Assert.Equal([new LockEffect.StartWatch(Revision.None)], it.Fire(LockTimer.KeyWatch));
        Assert.Contains(it.Tell(new LockMessage.WatchStarted()), e => e is LockEffect.SendLineRead);
    }

    [Fact]
    public void Who_is_first_watches_the_key_as_its_holder_may_tell_nobody()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));

        Assert.Contains(new LockEffect.StartWatch(Revision.None), it.Line(Foreign(5), 6));
    }

    [Fact]
    public void The_first_ticket_tells_the_holder_that_somebody_waits()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        var held = Ours(77, 5) with { Lease = new(99) };

        Assert.Equal(new LockNeighbour(new(99), Attempt(77)), Assert.IsType<LockEffect.SendTicket>(it.Met(1, held)[^1]).Behind);
    }

    [Fact]
    public void Who_is_called_takes_its_turn_whoever_it_thought_was_ahead()
    {
        var it = InLineBehind(Other(3));

        Assert.Contains(it.Tell(new LockMessage.Called(Attempt(2), new(8))), e => e is LockEffect.SendAttempt { InTurn: true });
    }

    [Fact]
    public void A_call_counts_although_the_watch_showed_the_deletion_before()
    {
        var it = InLineBehind(Other(3));
        it.ShowDeletion(8);

        Assert.Contains(it.Tell(new LockMessage.Called(Attempt(2), new(8))), e => e is LockEffect.SendAttempt { InTurn: true });
    }

    [Fact]
    public void A_call_that_is_older_than_what_is_known_counts_for_nothing()
    {
        var it = InLineBehind(Other(3));
        it.ShowPut(Foreign(9) with { Lease = new(78) });

        Assert.Empty(it.Tell(new LockMessage.Called(Attempt(2), new(8))));
    }

    [Fact]
    public void A_ticket_behind_ours_gets_the_lock_after_us_and_of_several_the_first_in_line()
    {
        var it = InLineBehind(Other(3));
        it.Tell(new LockMessage.Followed(Attempt(2), Other(5)));
        it.Tell(new LockMessage.Followed(Attempt(2), Other(4)));
        it.Tell(new LockMessage.Followed(Attempt(2), Other(6)));
        it.ShowPut(Ours(2, 8));

        Assert.Contains(new LockEffect.SendHandOver(new(8), Other(4), Version: 1), it.Release(1));
    }

    [Fact]
    public void A_ticket_for_the_lock_that_we_hold_gets_it_after_us()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Tell(new LockMessage.AttemptWon(Attempt(1), new(5), Fresh, new Instant(0)));
        it.Tell(new LockMessage.Followed(Attempt(1), Other(4)));

        Assert.Contains(new LockEffect.SendHandOver(new(5), Other(4), Version: 1), it.Release(1));
    }

    [Fact]
    public void Who_got_the_lock_by_waiting_releases_it_only_if_nobody_waits_and_else_gives_it_to_the_first()
    {
        var it = InLineBehind(Other(3));
        it.ShowPut(Ours(2, 8));

        Assert.Contains(new LockEffect.SendReleaseIfAlone(new(8), new(5), Lease), it.Release(1));
        Assert.Equal(
            [new LockEffect.SendHandOver(new(8), Other(4), Version: 1)], it.Tell(new LockMessage.NextShown(new(8), IsOurs: true, Other(4), new Instant(0))));

        // That one has left the line meanwhile.
        Assert.Equal([new LockEffect.SendReleaseIfAlone(new(8), new(5), Lease)], it.Tell(new LockMessage.HandedOver(new(8), WasGiven: false, new(9))));
    }

    [Fact]
    public void A_ticket_of_our_own_in_the_line_is_not_given_what_we_release()
    {
        var it = InLineBehind(Other(3));
        it.ShowPut(Ours(2, 8));
        it.Release(1);

        Assert.Equal([new LockEffect.SendRelease(new(8))], it.Tell(new LockMessage.NextShown(new(8), IsOurs: true, Other(4) with { Lease = Lease })));
    }

    [Fact]
    public void Who_wants_the_lock_again_right_after_handing_it_over_stands_behind_the_last_one_without_an_attempt()
    {
        var it = HandedOver();

        var ticket = Assert.IsType<LockEffect.SendTicket>(it.Tell(new LockMessage.Acquire(Request(2), IsTry: false, IsFair: true, new Instant(0)))[^1]);
        Assert.Equal((new Revision(9), Other(6).Neighbour), (ticket.Ticket.Place, ticket.Behind));
    }

    [Fact]
    public void A_while_after_handing_it_over_or_for_a_try_an_attempt_is_made()
    {
        Assert.Contains(
            HandedOver().Tell(new LockMessage.Acquire(Request(2), IsTry: false, IsFair: true, new Instant(TimeSpan.FromSeconds(1).Ticks))),
            e => e is LockEffect.SendAttempt);
        Assert.Contains(HandedOver().Tell(new LockMessage.Acquire(Request(2), IsTry: true, IsFair: true, new Instant(0))), e => e is LockEffect.SendAttempt);
    }

    [Fact]
    public void A_watch_that_begins_while_the_ticket_is_being_placed_has_a_look_at_the_line_after_it()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Fire(LockTimer.KeyWatch);
        it.Tell(new LockMessage.WatchStarted());

        // The answer may be from before the watch began.
        Assert.Contains(it.Line(Foreign(5), 6, ahead: Other(3)), e => e is LockEffect.SendLineRead);
    }

    [Fact]
    public void A_sooner_one_behind_us_of_whom_a_note_told_is_not_forgotten_for_what_an_older_answer_shows()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.Followed(Attempt(2), Other(4) with { ModRevision = new(20) }));
        it.Line(Foreign(5), 6, ahead: Other(3), next: Other(6));
        it.ShowPut(Ours(2, 8));

        Assert.Contains(it.Release(1), e => e is LockEffect.SendHandOver { Next.Key: var key } && key == Other(4).Key);
    }

    [Fact]
    public void An_etcd_that_has_gone_back_is_not_asked_in_a_hot_loop()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(1000), 1000);

        Assert.Equal([new LockEffect.SetTimer(LockTimer.Line, 1)], it.Line(Foreign(500), 510));
    }

    [Fact]
    public void A_place_that_nobody_wants_any_more_is_not_inherited()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());
        it.ShowPut(Foreign(50) with { Lease = new(77) });
        it.Acquire(2, isFair: true);

        Assert.Equal(new Revision(50), it.State.Ticket!.Place);
    }

    [Fact]
    public void The_age_of_who_comes_next_counts_from_the_attempt_that_earned_our_place()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Tell(new LockMessage.AttemptMet(Attempt(1), Foreign(5), new(5), Fresh, null, new Instant(-TimeSpan.TicksPerSecond)));
        it.Line(Foreign(5), 6, ahead: Other(3), next: Other(4));
        it.ShowPut(Ours(2, 8));

        Assert.Contains(new LockEffect.SendRelease(new(8), Other(4)), it.Release(1));
    }

    [Fact]
    public void A_hand_over_that_etcd_refuses_for_good_is_a_plain_release()
    {
        var it = InLineBehind(Other(3));
        it.Tell(new LockMessage.Followed(Attempt(2), Other(4)));
        it.ShowPut(Ours(2, 8));
        it.Release(1);

        Assert.Equal([new LockEffect.SendRelease(new(8))], it.Tell(new LockMessage.ReleaseFailed(new(8), NotApplied(CoordinationErrorKind.PermissionDenied))));
        Assert.Contains(new LockEffect.Reply(Request(1), new LockReply.Released()), it.Tell(new LockMessage.ReleaseDone(new(8), new(9))));
    }

    [Fact]
    public void Without_permission_to_look_at_the_line_an_attempt_is_made_by_chance()
    {
        var it = WithSession();
        it.Acquire(1, isFair: true);

        Assert.Contains(it.Failed(1, NotApplied(CoordinationErrorKind.PermissionDenied)), e => e is LockEffect.SendAttempt { InTurn: false });
        Assert.Contains(it.Failed(2, NotApplied(CoordinationErrorKind.PermissionDenied)), e => e is LockEffect.Reply { Answer: LockReply.Failed });
    }

    [Fact]
    public void A_ticket_that_may_not_tell_the_one_before_it_is_placed_without_a_word()
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Tell(new LockMessage.AttemptMet(Attempt(1), Foreign(5), new(9), Fresh, Other(4)));

        var effects = it.Tell(new LockMessage.LineFailed(Attempt(2), 1, NotApplied(CoordinationErrorKind.PermissionDenied)));
        Assert.Null(Assert.IsType<LockEffect.SendTicket>(Assert.Single(effects)).Behind);
    }

    [Fact]
    public void The_inbox_of_a_lost_session_tells_nothing_any_more_so_the_key_is_watched_at_once()
    {
        var it = WithInbox();
        it.Lose(Lease);
        it.Tell(new LockMessage.SessionOpened(new LockLease(NextLease, Ttl)));
        it.Acquire(1, isFair: true);

        Assert.Contains(new LockEffect.StartWatch(Revision.None), it.Met(1, Foreign(5)));
    }

    [Fact]
    public void Who_acquired_out_of_turn_does_not_know_how_long_others_have_waited_and_only_calls_them()
    {
        var it = WithInbox();
        it.Acquire(1);
        it.Tell(new LockMessage.AttemptWon(Attempt(1), new(5), Fresh, new Instant(0)));
        it.Tell(new LockMessage.Followed(Attempt(1), Other(4)));

        Assert.Contains(new LockEffect.SendRelease(new(5), Other(4)), it.Release(1));
    }

    [Fact]
    public void A_read_that_failed_after_the_watch_began_is_made_again()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Met(1, Foreign(5));
        it.Tell(new LockMessage.WatchStarted());

        Assert.Equal([new LockEffect.SetTimer(LockTimer.Look, 1)], it.Tell(new LockMessage.ReadFailed(Unknown())));
        Assert.Equal([new LockEffect.SendRead()], it.Fire(LockTimer.Look));
    }

    private static LockDialogue WithInbox()
    {
        var it = WithSession();
        it.Tell(new LockMessage.InboxOpened(Lease));
        return it;
    }

    /// <summary>Request 1 waits in line with ticket 2, behind another; a foreign holder has the key since revision 5.</summary>
    private static LockDialogue InLineBehind(LineTicket ahead)
    {
        var it = WithInbox();
        it.Acquire(1, isFair: true);
        it.Met(1, Foreign(5));
        it.Line(Foreign(5), 6, ahead);
        return it;
    }

    /// <summary>The lock was handed to another at revision 9; a third one is last in line.</summary>
    private static LockDialogue HandedOver()
    {
        var it = InLineBehind(Other(3));
        it.Tell(new LockMessage.Followed(Attempt(2), Other(4)));
        it.ShowPut(Ours(2, 8));
        it.Release(1);
        it.Tell(new LockMessage.HandedOver(new(8), WasGiven: true, new(9), Other(6), new Instant(0)));
        return it;
    }
}
