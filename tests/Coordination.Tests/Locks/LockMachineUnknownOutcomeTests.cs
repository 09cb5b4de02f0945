using Coordination.Etcd;
using Coordination.Locks;
using static Coordination.Tests.Locks.LockDialogue;

namespace Coordination.Tests.Locks;

/// <summary>Attempts whose reply never came: never repeated, always recognised.</summary>
public sealed class LockMachineUnknownOutcomeTests
{
    [Fact]
    public void An_unknown_outcome_is_never_repeated_with_the_same_attempt_id()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());

        Assert.Equal([Sent(2)], it.Fire(LockTimer.Retry));
        Assert.Equal(new UnknownOutcome(Lease, null), it.State.Unresolved[Attempt(1)]);
    }

    [Fact]
    public void A_refused_attempt_is_not_looked_for()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, NotApplied(CoordinationErrorKind.Unavailable));

        Assert.Empty(it.State.Unresolved);
    }

    [Fact]
    public void An_attempt_that_turns_out_to_have_committed_is_granted_to_the_one_who_waits()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Fire(LockTimer.Retry);

        Assert.Contains(new LockEffect.Grant(Request(1), new(5), Lease), it.Met(2, Ours(1, 5), 9));
        Assert.Empty(it.State.Unresolved);
    }

    [Fact]
    public void An_attempt_that_nobody_wants_any_more_is_looked_for_and_deleted()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Withdraw(1);

        Assert.Equal([new LockEffect.SendRead()], it.Fire(LockTimer.Retry));
        Assert.Equal(
            [new LockEffect.StartWatch(new(10)), new LockEffect.NoteAbandonedFound(Attempt(1)), IfAlone(5)], it.Read(Ours(1, 5), 9));
    }

    [Fact]
    public void An_attempt_that_commits_late_is_shown_by_the_watch_and_deleted()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Withdraw(1);
        it.Fire(LockTimer.Retry);

        Assert.Equal([new LockEffect.StartWatch(new(10))], it.Read(null, 9));
        Assert.False(it.State.IsIdle);
        Assert.Equal([new LockEffect.NoteAbandonedFound(Attempt(1)), IfAlone(12)], it.ShowPut(Ours(1, 12)));
    }

    [Fact]
    public void An_attempt_that_the_watch_showed_while_a_newer_one_was_under_way_is_looked_for()
    {
        var it = Blocked(5);
        it.ShowDeletion(6);
        it.Failed(2, Unknown());
        it.Fire(LockTimer.Retry);
        it.ShowPut(Ours(2, 7));
        it.Withdraw(1);

        // The newer one is refused: nobody but the watch has shown the older one.
        it.Failed(3, NotApplied(CoordinationErrorKind.Unavailable));

        Assert.Equal([new LockEffect.SendRead()], it.Fire(LockTimer.Retry));
        Assert.Contains(IfAlone(7), it.Read(Ours(2, 7), 8));
    }

    [Fact]
    public void After_a_release_whose_guard_failed_an_older_attempt_is_looked_for()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Fire(LockTimer.Retry);
        it.Won(2, 5);
        it.Release(1);

        // The release was applied at 6 and its reply was lost; attempt 1 committed at 7; the release sent again found the guard broken at 7.
        it.Tell(new LockMessage.ReleaseFailed(new(5), Unknown()));
        it.Fire(LockTimer.Retry);

        Assert.Contains(new LockEffect.SendRead(), it.Tell(new LockMessage.ReleaseDone(new(5), new(7))));
        Assert.Contains(IfAlone(7), it.Read(Ours(1, 7), 7));
    }

    [Fact]
    public void The_watch_is_heeded_after_a_release_whose_guard_failed()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Fire(LockTimer.Retry);
        it.Won(2, 5);
        it.Fire(LockTimer.OwnKeyWatch);
        it.Release(1);
        it.Tell(new LockMessage.ReleaseDone(new(5), new(7)));
        it.ShowDeletion(6);

        Assert.Contains(IfAlone(7), it.ShowPut(Ours(1, 7)));
    }

    [Fact]
    public void When_too_many_outcomes_are_unknown_the_lease_is_given_up_and_the_waiter_is_served_under_the_next()
    {
        var next = new LeaseId(8);
        var it = new LockDialogue(maxUnresolved: 1);
        it.Tell(new LockMessage.SessionOpened(new LockLease(Lease, Ttl)));
        it.Acquire(1);
        it.Failed(1, Unknown());

        Assert.Equal([new LockEffect.GiveUpLease(Lease)], it.Fire(LockTimer.Retry));
        it.Lose(Lease);
        Assert.Empty(it.State.Unresolved);
        var effect = Assert.Single(it.Tell(new LockMessage.SessionOpened(new LockLease(next, Ttl))));
        Assert.Equal(next, Assert.IsType<LockEffect.SendAttempt>(effect).Lease);
    }

    [Fact]
    public void Attempts_on_a_lease_that_is_lost_are_not_looked_for()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Withdraw(1);
        it.Lose(Lease);
        it.Fire(LockTimer.Retry);

        Assert.True(it.State.IsIdle);
    }

    [Fact]
    public void A_read_that_is_older_than_what_the_watch_showed_grants_nothing()
    {
        var it = WithSession();
        it.Acquire(1);
        it.Failed(1, Unknown());
        it.Withdraw(1);
        it.Fire(LockTimer.Retry);
        it.Read(null, 4);
        it.Acquire(2);
        it.ShowPut(Ours(1, 5));
        it.Failed(2, NotApplied(CoordinationErrorKind.Unavailable));
        it.Withdraw(2);
        it.Fire(LockTimer.Retry);
        it.Acquire(3);
        it.ShowDeletion(6);

        Assert.DoesNotContain(it.Read(Ours(1, 5), 5), e => e is LockEffect.Grant);
    }
}
