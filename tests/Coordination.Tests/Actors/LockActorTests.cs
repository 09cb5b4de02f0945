using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Locks.Line;

namespace Coordination.Tests.Actors;

public sealed class LockActorTests : ActorTest
{
    private static readonly LockName Pool = new(LockForm.Semaphore, "/pool");

    private readonly TestProbe _parent;
    private readonly TestProbe _caller;

    public LockActorTests()
    {
        _parent = CreateTestProbe();
        _caller = CreateTestProbe();
    }

    [Fact]
    public void A_wait_that_runs_out_is_answered_with_the_holder()
    {
        var actor = StartActor();
        _caller.Send(actor, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, TimeSpan.FromSeconds(1)));
        var ticket = NextWrite();
        var put = Assert.IsType<EtcdOp.Put>(ticket.Request.Else[0]);
        ticket.Answer(new TxnResult(At(50), false,
        [
            new PutResult(At(50), null), new GetResult(At(50), [Stored("somebody", 40)], 1, false),
            new GetResult(At(50), [new KeyValue(put.Key, put.Value, new(50), new(50), 1, put.Lease)], 1, false),
        ]));

        Assert.Equal("somebody", _caller.ExpectMsg<LockReply.NotAcquired>().Holder!.Owner);
    }

    [Fact]
    public void A_lease_of_its_own_is_revoked_before_it_ends()
    {
        // It says that it is idle when its lease is open, or is closed before.
        _parent.IgnoreMessages(message => message is LocksCommand.Idle);
        var name = Mutex with { OwnTtl = TimeSpan.FromSeconds(3) };
        var actor = _parent.ChildActorOf(LockActor.PropsFor(ContextFor(), name, Opened(Lease())));
        _parent.Watch(actor);
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(3), At(1)));
        Assert.Equal(TimeSpan.FromSeconds(3), grant.Request.Ttl);

        actor.Tell(new LocksCommand.Close());
        var revoke = Etcd.Next<ScriptedEtcd.Revoke>();
        revoke.Answer(At(2));

        _parent.ExpectTerminated(actor);
        Assert.Equal(grant.Request.Id, revoke.Request.Id);
    }

    [Fact]
    public void When_it_ends_waiting_callers_are_answered_and_the_claim_ends()
    {
        var actor = StartActor();
        _caller.Send(actor, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));
        NextWrite().Answer(Won(42));
        var claim = _caller.ExpectMsg<LockReply.Acquired>().Claim;
        _caller.Send(actor, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));

        // Its answer shows that the request before it waits in the actor, no longer in its mailbox.
        _caller.Send(actor, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: true, null));
        _caller.ExpectMsg<LockReply.NotAcquired>();
        actor.Tell(new LocksCommand.Close());

        Assert.Equal(CoordinationErrorKind.Stopped, _caller.ExpectMsg<LockReply.Failed>().Error.Kind);
        Assert.Equal((false, LossReason.Stopped), (claim.IsHeld, claim.Reason!.Value));
    }

    [Fact]
    public void One_that_fails_tells_its_holders_and_gives_the_session_up_since_nobody_knows_what_it_has_in_etcd()
    {
        var locks = _parent.ChildActorOf(LocksActor.PropsFor(ContextFor()));
        var lease = Lease();
        locks.Tell(Opened(lease));
        _caller.Send(locks, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));
        NextWrite().Answer(Won(42));
        var claim = _caller.ExpectMsg<LockReply.Acquired>().Claim;

        // Nothing that it could have submitted.
        Sys.ActorSelection(locks.Path + "/*").Tell(new Written.Settled(new Write(ActorRefs.Nobody, [], new EtcdOp.Txn(), []), Won(43)));

        var givenUp = _parent.ExpectMsg<LeaseMessage.GiveUp>();
        Assert.Equal((lease.Id, LossReason.Aborted), (givenUp.Lease, givenUp.Reason));
        Assert.Equal((false, LossReason.Aborted), (claim.IsHeld, claim.Reason!.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_idle_one_says_so_and_ends_when_told(bool isShared)
    {
        var name = isShared ? Pool : Mutex;
        var actor = _parent.ChildActorOf(LockActor.PropsFor(ContextFor(new()), name, Opened(Lease())));
        _parent.Watch(actor);
        _caller.Send(actor, new LocksCommand.Release(name, LockRequestId.Next()));

        Assert.Equal(name, _parent.ExpectMsg<LocksCommand.Idle>().Lock);
        actor.Tell(new LocksCommand.EndIfIdle());

        _parent.ExpectTerminated(actor);
    }

    [Fact]
    public void One_with_work_does_not_end_when_it_is_told_to_if_idle()
    {
        var actor = StartActor();
        _caller.Send(actor, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));

        actor.Tell(new LocksCommand.EndIfIdle());

        Assert.Equal(Mutex, _parent.ExpectMsg<LocksCommand.StillBusy>().Lock);
    }

    [Fact]
    public void More_waiters_than_the_limit_are_refused_by_name()
    {
        var options = new CoordinationOptions { Locks = new LockOptions { MaxWaiters = 1 } };
        var actor = _parent.ChildActorOf(LockActor.PropsFor(ContextFor(options), Pool, null));
        _caller.Send(actor, new LocksCommand.Acquire(Pool, LockRequestId.Next(), LockTerms.Of(1, 2), IsTry: false, null));

        _caller.Send(actor, new LocksCommand.Acquire(Pool, LockRequestId.Next(), LockTerms.Of(1, 2), IsTry: false, null));
        var error = _caller.ExpectMsg<LockReply.Failed>().Error;

        Assert.Equal(CoordinationErrorKind.LimitReached, error.Kind);
        Assert.Contains("'/pool'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Locks.MaxWaiters", error.Message, StringComparison.Ordinal);
    }

    private IActorRef StartActor() => _parent.ChildActorOf(LockActor.PropsFor(ContextFor(), Mutex, Opened(Lease())));
}
