using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Tests.Leases;

/// <summary>The rules of a lease, one by one. TTL 10 s: margin 500 ms, clock bound 1 %, so a claim is good for 9.4 s from the send time.</summary>
public sealed class LeaseMachineTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(9.4);
    private static readonly EtcdException Unknown = new(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, "no answer");
    private static readonly EtcdException Refused = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "not sent");
    private static readonly EtcdException Exists = new(CoordinationErrorKind.LeaseAlreadyExists, WriteOutcome.NotApplied, "lease already exists");

    private readonly LeaseMachine _machine;
    private LeaseState _state = new LeaseState.Idle();
    private long _ids;

    public LeaseMachineTests() => _machine = new LeaseMachine(new LeaseSettings(Ttl, 0.01), () => new LeaseId(++_ids));

    [Fact]
    public void A_lease_is_asked_for_under_an_id_of_our_choice() =>
        Assert.Equal([new LeaseEffect.SendGrant(new(1))], Tell(new LeaseMessage.Acquire(At(0))));

    [Fact]
    public void The_first_deadline_counts_from_the_time_the_grant_was_sent()
    {
        Tell(new LeaseMessage.Acquire(At(0)));

        var effects = Tell(new LeaseMessage.Granted(At(0), Ttl, At(3)));

        Assert.Contains(new LeaseEffect.Open(new(1), Ttl, At(0) + Claim), effects);
        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.Deadline, Claim - TimeSpan.FromSeconds(3)), effects);
    }

    [Fact]
    public void A_renewal_that_tells_of_a_longer_ttl_than_the_grant_is_not_believed()
    {
        Hold();

        Assert.Contains(new LeaseEffect.Extend(At(3) + Claim), Tell(new LeaseMessage.Renewed(At(3), Ttl * 100, At(4))));
        Assert.Contains(new LeaseEffect.Extend(At(5) + Claim), Tell(new LeaseMessage.Renewed(At(5), Ttl, At(6))));
    }

    [Fact]
    public void A_lease_that_is_given_up_is_lost_at_once_and_revoked_after_its_holders_had_their_margin()
    {
        Hold();

        Assert.Empty(Tell(new LeaseMessage.GiveUp(new(99), At(1))));
        var effects = Tell(new LeaseMessage.GiveUp(new(1), At(1)));

        Assert.Contains(new LeaseEffect.Lose(LossReason.GivenUp), effects);
        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.RevokeLost, TimeSpan.FromMilliseconds(500)), effects);
    }

    [Fact]
    public void A_delay_makes_the_lease_longer_and_not_the_claim_and_comes_before_the_revocation_of_a_lost_one()
    {
        var delay = TimeSpan.FromSeconds(30);
        var settings = new LeaseSettings(Ttl, 0.01) { Delay = delay };
        var machine = new LeaseMachine(settings, () => new LeaseId(1));
        var (asked, _) = machine.Handle(new LeaseState.Idle(), new LeaseMessage.Acquire(At(0)));
        var (held, opened) = machine.Handle(asked, new LeaseMessage.Granted(At(0), settings.Asked, At(1)));
        var (renewed, extended) = machine.Handle(held, new LeaseMessage.Renewed(At(3), settings.Asked, At(4)));
        var (_, lost) = machine.Handle(renewed, new LeaseMessage.ClaimRanOut(At(5)));

        Assert.Equal(TimeSpan.FromSeconds(40), settings.Asked);
        Assert.Contains(new LeaseEffect.Open(new(1), Ttl, At(0) + Claim), opened);
        Assert.Contains(new LeaseEffect.Extend(At(3) + Claim), extended);
        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.RevokeLost, delay + TimeSpan.FromMilliseconds(500)), lost);
    }

    [Fact]
    public void A_lost_lease_whose_keys_are_to_stay_is_not_revoked()
    {
        var machine = new LeaseMachine(new LeaseSettings(Ttl, 0.01) { RevokeWhenLost = false }, () => new LeaseId(1));
        var held = machine.Handle(machine.Handle(new LeaseState.Idle(), new LeaseMessage.Acquire(At(0))).State, new LeaseMessage.Granted(At(0), Ttl, At(0))).State;

        var lost = machine.Handle(held, new LeaseMessage.ClaimRanOut(At(10)));

        Assert.Equal(
            [new LeaseEffect.CancelTimers(), new LeaseEffect.Lose(LossReason.Expired), new LeaseEffect.Tell(new LeaseEvent.Lost(new(1), LossReason.Expired)), new LeaseEffect.End()],
            lost.Effects.ToArray());
    }

    [Fact]
    public void A_longer_ttl_given_by_the_server_is_the_one_that_counts()
    {
        Tell(new LeaseMessage.Acquire(At(0)));

        Assert.Contains(
            new LeaseEffect.Open(new(1), TimeSpan.FromSeconds(20), At(0) + TimeSpan.FromSeconds(18.8)),
            Tell(new LeaseMessage.Granted(At(0), TimeSpan.FromSeconds(20), At(1))));
    }

    [Fact]
    public void A_renewal_extends_from_its_send_time_never_from_its_receive_time()
    {
        Hold();
        Assert.Equal([new LeaseEffect.SendKeepAlive(new(1), Ttl / 6)], Tell(Fired(LeaseTimer.Renew, 3)));

        Assert.Contains(new LeaseEffect.Extend(At(3) + Claim), Tell(new LeaseMessage.Renewed(At(3), Ttl, At(9))));
    }

    [Fact]
    public void A_renewal_that_was_sent_earlier_and_answered_later_shortens_nothing()
    {
        Hold();
        Tell(new LeaseMessage.Renewed(At(5), Ttl, At(6)));

        Assert.Contains(new LeaseEffect.Extend(At(5) + Claim), Tell(new LeaseMessage.Renewed(At(2), Ttl, At(7))));
        Assert.Equal(At(5), Assert.IsType<LeaseState.Held>(_state).ProvenAt);
    }

    [Fact]
    public void The_next_renewal_is_due_a_third_of_the_ttl_after_the_last_one_was_sent()
    {
        Hold();

        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.Renew, Ttl / 3), Tell(new LeaseMessage.Renewed(At(4), Ttl, At(4))));
        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.Renew, TimeSpan.Zero), Tell(new LeaseMessage.Renewed(At(4), Ttl, At(9))));
    }

    [Fact]
    public void An_acknowledgement_after_the_deadline_resurrects_nothing()
    {
        Hold();

        var effects = Tell(new LeaseMessage.Renewed(At(9), Ttl, At(0) + Claim));

        Assert.Contains(new LeaseEffect.Lose(LossReason.Expired), effects);
        Assert.DoesNotContain(effects, e => e is LeaseEffect.Extend);
        Assert.IsType<LeaseState.Lost>(_state);
    }

    [Theory]
    [MemberData(nameof(LateFacts))]
    public void Lost_is_terminal(object fact)
    {
        Hold();
        Tell(new LeaseMessage.ClaimRanOut(At(5)));
        var lost = _state;

        Assert.Empty(Tell((LeaseMessage)fact));
        Assert.Same(lost, _state);
    }

    public static TheoryData<object> LateFacts => new(
        new LeaseMessage.Renewed(At(5), Ttl, At(6)),
        new LeaseMessage.Granted(At(5), Ttl, At(6)),
        new LeaseMessage.RenewalFailed(Unknown, At(6)),
        new LeaseMessage.Acquire(At(6)),
        new LeaseMessage.Verify(new(1), At(6)),
        Fired(LeaseTimer.Renew, 6),
        Fired(LeaseTimer.Deadline, 6));

    [Fact]
    public void A_lost_lease_is_revoked_after_its_holders_had_their_margin()
    {
        Hold();

        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.RevokeLost, TimeSpan.FromMilliseconds(500)), Tell(new LeaseMessage.ClaimRanOut(At(5))));
        Assert.Contains(new LeaseEffect.SendRevoke(new(1)), Tell(Fired(LeaseTimer.RevokeLost, 6)));
        Assert.Contains(new LeaseEffect.End(), Tell(new LeaseMessage.RevokeEnded(null, At(7))));
    }

    [Fact]
    public void The_revocation_of_a_lost_lease_is_tried_again_while_etcd_is_away_because_its_keys_are_in_everybodys_way()
    {
        Hold();
        Assert.Contains(new LeaseEffect.SetTimer(LeaseTimer.GiveUp, TimeSpan.FromSeconds(25)), Tell(new LeaseMessage.ClaimRanOut(At(5))));
        Tell(Fired(LeaseTimer.RevokeLost, 6));

        Assert.Equal([new LeaseEffect.SetRetryTimer(LeaseTimer.RevokeLost, 1)], Tell(new LeaseMessage.RevokeEnded(Unknown, At(7))));
        Assert.Equal([new LeaseEffect.SendRevoke(new(1))], Tell(Fired(LeaseTimer.RevokeLost, 7.1)));
        Assert.Equal([new LeaseEffect.SetRetryTimer(LeaseTimer.RevokeLost, 2)], Tell(new LeaseMessage.RevokeEnded(Refused, At(8))));
        Assert.Contains(new LeaseEffect.End(), Tell(Fired(LeaseTimer.GiveUp, 30)));
    }

    [Fact]
    public void A_ttl_of_zero_means_that_the_lease_is_gone()
    {
        Hold();

        var effects = Tell(new LeaseMessage.Renewed(At(3), TimeSpan.Zero, At(4)));

        Assert.Contains(new LeaseEffect.Lose(LossReason.LeaseGone), effects);
        Assert.Contains(new LeaseEffect.Tell(new LeaseEvent.Lost(new(1), LossReason.LeaseGone)), effects);
    }

    [Fact]
    public void The_deadline_timer_finds_a_later_deadline_and_waits_for_it()
    {
        Hold();
        Tell(new LeaseMessage.Renewed(At(5), Ttl, At(6)));

        Assert.Equal([new LeaseEffect.SetTimer(LeaseTimer.Deadline, TimeSpan.FromSeconds(5))], Tell(Fired(LeaseTimer.Deadline, 9.4)));
        Assert.Contains(new LeaseEffect.Lose(LossReason.Expired), Tell(Fired(LeaseTimer.Deadline, 14.4)));
    }

    [Fact]
    public void A_failed_renewal_is_tried_again_by_the_backoff()
    {
        Hold();
        Tell(Fired(LeaseTimer.Renew, 3));

        Assert.Equal([new LeaseEffect.SetRetryTimer(LeaseTimer.Renew, 1)], Tell(new LeaseMessage.RenewalFailed(Unknown, At(4))));
        Tell(Fired(LeaseTimer.Renew, 5));
        Assert.Equal([new LeaseEffect.SetRetryTimer(LeaseTimer.Renew, 2)], Tell(new LeaseMessage.RenewalFailed(Unknown, At(6))));
    }

    [Fact]
    public void A_renewal_after_one_that_was_not_answered_in_time_may_take_twice_as_long()
    {
        Hold();
        Tell(Fired(LeaseTimer.Renew, 3));
        Tell(new LeaseMessage.RenewalFailed(Unknown, At(5)));

        Assert.Equal([new LeaseEffect.SendKeepAlive(new(1), Ttl / 3)], Tell(Fired(LeaseTimer.Renew, 5.1)));
        Tell(new LeaseMessage.Renewed(At(5.1), Ttl, At(8)));
        Assert.Equal([new LeaseEffect.SendKeepAlive(new(1), Ttl / 6)], Tell(Fired(LeaseTimer.Renew, 8.5)));
    }

    [Fact]
    public void A_lease_without_acknowledgement_is_suspect_until_there_is_one()
    {
        Hold();

        Assert.Equal(
            [new LeaseEffect.Tell(new LeaseEvent.SuspicionChanged(new(1), true, null))], Tell(Fired(LeaseTimer.Suspect, 6.7)));
        Assert.Contains(
            new LeaseEffect.Tell(new LeaseEvent.SuspicionChanged(new(1), false, null)), Tell(new LeaseMessage.Renewed(At(7), Ttl, At(8))));
    }

    [Fact]
    public void A_doubt_is_answered_with_a_renewal_unless_one_is_under_way_or_it_is_about_another_lease()
    {
        Hold();

        Assert.Empty(Tell(new LeaseMessage.Verify(new(99), At(1))));
        Assert.Single(Tell(new LeaseMessage.Verify(new(1), At(1))));
        Assert.Empty(Tell(new LeaseMessage.Verify(new(1), At(1))));
    }

    [Fact]
    public void A_grant_with_unknown_outcome_is_tried_again_under_the_same_id()
    {
        Tell(new LeaseMessage.Acquire(At(0)));
        Tell(new LeaseMessage.GrantFailed(Unknown, At(1)));

        Assert.Equal([new LeaseEffect.SendGrant(new(1))], Tell(Fired(LeaseTimer.RetryGrant, 2)));
    }

    [Fact]
    public void A_lease_whose_grant_reply_was_lost_is_adopted_when_a_renewal_proves_it()
    {
        Tell(new LeaseMessage.Acquire(At(0)));
        Tell(new LeaseMessage.GrantFailed(Unknown, At(1)));
        Tell(Fired(LeaseTimer.RetryGrant, 2));

        Assert.Equal([new LeaseEffect.SendKeepAlive(new(1), Ttl / 6)], Tell(new LeaseMessage.GrantFailed(Exists, At(3))));
        Assert.Contains(new LeaseEffect.Open(new(1), Ttl, At(3) + Claim), Tell(new LeaseMessage.Renewed(At(3), Ttl, At(4))));
    }

    [Fact]
    public void An_unknown_grant_stays_unknown_when_a_later_one_is_refused()
    {
        Tell(new LeaseMessage.Acquire(At(0)));
        Tell(new LeaseMessage.GrantFailed(Unknown, At(1)));
        Tell(Fired(LeaseTimer.RetryGrant, 2));
        Tell(new LeaseMessage.GrantFailed(Refused, At(3)));
        Tell(Fired(LeaseTimer.RetryGrant, 4));

        Assert.Equal([new LeaseEffect.SendKeepAlive(new(1), Ttl / 6)], Tell(new LeaseMessage.GrantFailed(Exists, At(5))));
    }

    [Fact]
    public void A_lease_of_somebody_else_with_the_same_id_is_never_adopted()
    {
        Tell(new LeaseMessage.Acquire(At(0)));

        Assert.Equal([new LeaseEffect.SendGrant(new(2))], Tell(new LeaseMessage.GrantFailed(Exists, At(1))));
    }

    [Fact]
    public void A_grant_that_was_only_refused_gives_no_right_to_adopt()
    {
        Tell(new LeaseMessage.Acquire(At(0)));
        Tell(new LeaseMessage.GrantFailed(Refused, At(1)));
        Tell(Fired(LeaseTimer.RetryGrant, 2));

        Assert.Equal([new LeaseEffect.SendGrant(new(2))], Tell(new LeaseMessage.GrantFailed(Exists, At(3))));
    }

    [Fact]
    public void An_adopted_lease_that_is_gone_is_replaced_by_a_new_one()
    {
        Tell(new LeaseMessage.Acquire(At(0)));
        Tell(new LeaseMessage.GrantFailed(Unknown, At(1)));
        Tell(Fired(LeaseTimer.RetryGrant, 2));
        Tell(new LeaseMessage.GrantFailed(Exists, At(3)));

        Assert.Equal([new LeaseEffect.SendGrant(new(2))], Tell(new LeaseMessage.Renewed(At(3), TimeSpan.Zero, At(4))));
    }

    [Fact]
    public void A_grant_that_is_answered_too_late_to_be_claimed_is_proven_by_a_renewal_first()
    {
        Tell(new LeaseMessage.Acquire(At(0)));

        Assert.Equal([new LeaseEffect.SendKeepAlive(new(1), Ttl / 6)], Tell(new LeaseMessage.Granted(At(0), Ttl, At(9.4))));
        Assert.Contains(new LeaseEffect.Open(new(1), Ttl, At(10) + Claim), Tell(new LeaseMessage.Renewed(At(10), Ttl, At(11))));
    }

    [Fact]
    public void A_released_lease_is_not_held_from_that_moment_and_is_revoked()
    {
        Hold();

        var effects = Tell(new LeaseMessage.Release(At(1)));

        Assert.Equal(new LeaseEffect.Lose(LossReason.Released), effects[0]);
        Assert.Contains(new LeaseEffect.SendRevoke(new(1)), effects);
        Assert.Empty(Tell(new LeaseMessage.Renewed(At(1), Ttl, At(2))));
        Assert.Contains(new LeaseEffect.End(), Tell(new LeaseMessage.RevokeEnded(null, At(3))));
    }

    [Fact]
    public void A_revocation_that_is_not_answered_is_given_up()
    {
        Hold();
        Tell(new LeaseMessage.Release(At(1)));

        Assert.Contains(new LeaseEffect.End(), Tell(Fired(LeaseTimer.GiveUp, 6)));
    }

    [Fact]
    public void A_lease_that_is_given_back_before_it_was_asked_for_just_ends()
    {
        Assert.Contains(new LeaseEffect.End(), Tell(new LeaseMessage.Release(At(0))));
        Assert.Empty(Tell(new LeaseMessage.Acquire(At(0))));
    }

    [Fact]
    public void A_lease_that_is_given_back_while_it_is_asked_for_is_revoked_and_never_held()
    {
        Tell(new LeaseMessage.Acquire(At(0)));

        Assert.Contains(new LeaseEffect.SendRevoke(new(1)), Tell(new LeaseMessage.Release(At(1))));
        Assert.Empty(Tell(new LeaseMessage.Granted(At(0), Ttl, At(2))));
    }

    private static Instant At(double seconds) => new Instant(1_000_000) + TimeSpan.FromSeconds(seconds);

    private static LeaseMessage.TimerFired Fired(LeaseTimer timer, double seconds) => new(timer, At(seconds));

    private void Hold()
    {
        Tell(new LeaseMessage.Acquire(At(0)));
        Tell(new LeaseMessage.Granted(At(0), Ttl, At(0)));
    }

    private LeaseEffect[] Tell(LeaseMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        return [.. effects];
    }
}
