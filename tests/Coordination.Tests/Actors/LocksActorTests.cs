using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks.Line;

namespace Coordination.Tests.Actors;

public sealed class LocksActorTests : ActorTest
{
    private readonly TestProbe _parent;
    private readonly TestProbe _caller;

    public LocksActorTests()
    {
        _parent = CreateTestProbe();
        _caller = CreateTestProbe();
    }

    [Fact]
    public void Before_there_is_a_session_requests_wait_and_then_are_served()
    {
        var locks = _parent.ChildActorOf(LocksActor.PropsFor(ContextFor()));
        _caller.Send(locks, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));
        Etcd.ExpectNothing();

        locks.Tell(Opened(Lease()));
        NextWrite().Answer(Won(42));

        _caller.ExpectMsg<LockReply.Acquired>();
    }

    [Fact]
    public void A_lost_session_ends_the_claims_and_waiters_go_on_under_the_next_one()
    {
        var locks = Start(out var lease);
        _caller.Send(locks, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));
        NextWrite().Answer(Won(42));
        var claim = _caller.ExpectMsg<LockReply.Acquired>().Claim;
        _caller.Send(locks, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));

        lease.Lose(LossReason.LeaseGone);
        locks.Tell(new SessionEvent.Lost(lease.Id, LossReason.LeaseGone));
        locks.Tell(Opened(Lease(8)));
        var next = NextWrite();
        next.Answer(Won(44));

        Assert.Equal(44, _caller.ExpectMsg<LockReply.Acquired>().Claim.Token.Value);
        Assert.Equal(new LeaseId(8), Assert.IsType<EtcdOp.Put>(next.Request.Then[0]).Lease);
        Assert.False(claim.IsHeld);
        Assert.Equal(LossReason.LeaseGone, claim.Reason);
    }

    [Fact]
    public void More_locks_than_the_limit_are_refused_by_name()
    {
        var options = new CoordinationOptions { Locks = new LockOptions { MaxLocks = 1 } };
        var locks = _parent.ChildActorOf(LocksActor.PropsFor(ContextFor(options)));
        _caller.Send(locks, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));

        _caller.Send(locks, new LocksCommand.Acquire(new LockName(LockForm.Mutex, "/another"), LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));
        var error = _caller.ExpectMsg<LockReply.Failed>().Error;

        Assert.Equal(CoordinationErrorKind.LimitReached, error.Kind);
        Assert.Contains("/another", error.Message, StringComparison.Ordinal);
        Assert.Contains("Locks.MaxLocks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Releasing_what_nobody_knows_is_answered()
    {
        var locks = Start(out _);

        _caller.Send(locks, new LocksCommand.Release(Mutex, LockRequestId.Next()));

        _caller.ExpectMsg<LockReply.Released>();
    }

    [Fact]
    public void A_lease_that_etcd_does_not_know_is_reported_upwards()
    {
        var locks = Start(out var lease);
        _caller.Send(locks, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));

        NextWrite().Fail(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied);

        Assert.Equal(lease.Id, _parent.ExpectMsg<LeaseMessage.Verify>().Lease);
    }

    private IActorRef Start(out LeaseValidity lease)
    {
        var locks = _parent.ChildActorOf(LocksActor.PropsFor(ContextFor()));
        lease = Lease();
        locks.Tell(Opened(lease));
        return locks;
    }
}
