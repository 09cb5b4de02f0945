using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Actors;

public sealed class LockActorTests : ActorTest
{
    private readonly TestProbe _parent;
    private readonly TestProbe _caller;

    public LockActorTests()
    {
        _parent = CreateTestProbe();
        _caller = CreateTestProbe();
    }

    [Fact]
    public void An_acquisition_is_one_transaction_that_puts_a_readable_value_on_the_session_lease()
    {
        var actor = StartActor();

        _caller.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: false, null));
        var attempt = Etcd.Next<EtcdOp.Txn>();
        attempt.Answer(Won(42));
        var claim = _caller.ExpectMsg<LockReply.Acquired>().Claim;

        Assert.Equal(EtcdCompare.NotExists(Key), attempt.Request.If[0]);
        Assert.Equal(CompareTarget.CreateRevision, attempt.Request.If[1].Target);
        Assert.Equal(KeyRange.Prefix("coordination/waiters/%2Fcron%2Flock%2Fjob1/"), attempt.Request.If[1].Keys);
        var put = Assert.IsType<EtcdOp.Put>(Assert.Single(attempt.Request.Then));
        Assert.Equal((Key, new LeaseId(7)), (put.Key, put.Lease));
        Assert.Contains("\"owner\":\"me\"", put.Value.ToText(), StringComparison.Ordinal);
        Assert.Equal(KeyRange.Of(Key), Assert.IsType<EtcdOp.Get>(attempt.Request.Else[0]).Keys);
        Assert.Equal(42, claim.Token.Value);
        Assert.True(claim.IsHeld);
    }

    [Fact]
    public void A_release_deletes_only_its_own_acquisition()
    {
        var actor = StartActor();
        var claim = Acquire(actor, 42);

        _caller.Send(actor, new LocksCommand.Release(Key, claim.Request));
        var release = Etcd.Next<EtcdOp.Txn>();
        release.Answer(Won(43));

        _caller.ExpectMsg<LockReply.Released>();
        Assert.Equal(EtcdCompare.Unchanged(Key, new Revision(42)), Assert.Single(release.Request.If));
        Assert.IsType<EtcdOp.Delete>(Assert.Single(release.Request.Then));
    }

    [Fact]
    public void A_cancelled_request_is_answered_at_once_and_its_key_is_removed_when_the_attempt_commits()
    {
        var actor = StartActor();
        var request = LockRequestId.Next();
        _caller.Send(actor, new LocksCommand.Acquire(Key, request, IsTry: false, null));
        var attempt = Etcd.Next<EtcdOp.Txn>();

        _caller.Send(actor, new LocksCommand.Cancel(Key, request));
        _caller.ExpectMsg<LockReply.Withdrawn>();
        attempt.Answer(Won(42));
        var removal = Etcd.Next<EtcdOp.Txn>();

        Assert.Equal(EtcdCompare.Unchanged(Key, new Revision(42)), removal.Request.If[0]);
    }

    [Fact]
    public void A_waiter_watches_from_now_on_takes_a_ticket_and_attempts_when_it_is_first_and_the_key_is_gone()
    {
        var actor = StartActor();
        _caller.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: false, null));
        Etcd.Next<EtcdOp.Txn>().Answer(Met(Stored("somebody", 40), 50));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;
        Assert.Equal((Revision.None, Key), (watch.Spec.From, watch.Spec.Keys.Key));

        watch.Signal(new EtcdWatchSignal.Created(At(50)));
        var ticket = Etcd.Next<EtcdOp.Txn>();
        ticket.Answer(ShownFirst(Stored("somebody", 40), 51));
        var put = Assert.IsType<EtcdOp.Put>(ticket.Request.Then[0]);
        Assert.Equal(("coordination/waiters/%2Fcron%2Flock%2Fjob1/0000000000000032-0000000000000007", new LeaseId(7)), (put.Key.ToText(), put.Lease));

        watch.Signal(new EtcdWatchSignal.Changes(At(52), [new EtcdEvent(true, Stored("", 52), null)]));
        var attempt = Etcd.Next<EtcdOp.Txn>();
        attempt.Answer(Won(53));

        Assert.Equal(new EtcdOp.Delete(put.Key), attempt.Request.Then[1]);
        Assert.Equal(53, _caller.ExpectMsg<LockReply.Acquired>().Claim.Token.Value);
    }

    [Fact]
    public void A_holder_hands_the_lock_to_the_next_in_line_in_the_releasing_transaction()
    {
        // The clock stands still: however slow the machine is, the tickets are young.
        var actor = _parent.ChildActorOf(LockActor.PropsFor(
            ContextFor() with { Clock = new MonotonicClock(new FakeTimeProvider()) }, Key, Lease(), recover: false));
        _caller.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: false, null));
        Etcd.Next<EtcdOp.Txn>().Answer(Met(Stored("somebody", 40), 50));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;
        watch.Signal(new EtcdWatchSignal.Created(At(50)));
        var theirs = AttemptId.New();
        var next = new KeyValue("coordination/waiters/x/1-2", LockValue.Encode("them", theirs, default), new(52), new(52), 1, new(9));
        var ticket = Etcd.Next<EtcdOp.Txn>();
        var mine = Assert.IsType<EtcdOp.Put>(ticket.Request.Then[0]).Value;

        // The lock was handed to us in the moment when our ticket was placed.
        ticket.Answer(ShownFirst(Stored(mine.ToText(), 52, 7), 52, next));
        var claim = _caller.ExpectMsg<LockReply.Acquired>().Claim;
        Assert.Equal(52, claim.Token.Value);

        _caller.Send(actor, new LocksCommand.Release(Key, claim.Request));
        var release = Etcd.Next<EtcdOp.Txn>();

        Assert.Equal(EtcdCompare.Unchanged(Key, new Revision(52)), release.Request.If[0]);
        Assert.Equal(EtcdCompare.Unchanged(next.Key, next.ModRevision), release.Request.If[1]);
        var given = Assert.IsType<EtcdOp.Put>(release.Request.Then[0]);
        Assert.Equal((Key, new LeaseId(9), theirs), (given.Key, given.Lease, LockValue.AttemptOf(next with { Value = given.Value })!.Value));
        Assert.Equal(new EtcdOp.Delete(next.Key), release.Request.Then[1]);
    }

    [Fact]
    public void A_lease_of_its_own_is_revoked_before_it_ends()
    {
        var actor = _parent.ChildActorOf(LockActor.PropsFor(ContextFor(), new LockId(Key, TimeSpan.FromSeconds(3)), Lease(), recover: false));
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
    public void Who_gives_up_in_line_takes_its_ticket_out_and_looks_at_the_key_once_more()
    {
        var actor = StartActor();
        var request = LockRequestId.Next();
        _caller.Send(actor, new LocksCommand.Acquire(Key, request, IsTry: false, null));
        Etcd.Next<EtcdOp.Txn>().Answer(Met(Stored("somebody", 40), 50));
        Etcd.Next<ScriptedEtcd.Watching>().Request.Signal(new EtcdWatchSignal.Created(At(50)));
        var ticket = Etcd.Next<EtcdOp.Txn>();
        ticket.Answer(ShownFirst(Stored("somebody", 40), 51));

        _caller.Send(actor, new LocksCommand.Cancel(Key, request));

        var leave = Etcd.Next<EtcdOp.Txn>();
        Assert.Equal([new EtcdOp.Delete(((EtcdOp.Put)ticket.Request.Then[0]).Key), new EtcdOp.Get(Key)], leave.Request.Then.AsEnumerable());
    }

    [Fact]
    public void A_wait_that_runs_out_is_answered_with_the_holder()
    {
        var actor = StartActor();
        _caller.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: false, TimeSpan.FromSeconds(1)));
        Etcd.Next<EtcdOp.Txn>().Answer(Met(Stored("somebody", 40), 50));

        var answer = _caller.ExpectMsg<LockReply.NotAcquired>();

        Assert.Equal("somebody", answer.Holder!.Owner);
    }

    [Fact]
    public async Task When_nobody_waits_any_more_the_watch_is_given_back()
    {
        var actor = StartActor();
        var request = LockRequestId.Next();
        _caller.Send(actor, new LocksCommand.Acquire(Key, request, IsTry: false, null));
        Etcd.Next<EtcdOp.Txn>().Answer(Met(Stored("somebody", 40), 50));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;

        _caller.Send(actor, new LocksCommand.Cancel(Key, request));

        await watch.Disposed;
    }

    [Theory]
    [InlineData(true, LossReason.Stopped)]
    [InlineData(false, LossReason.Aborted)]
    public void When_it_ends_or_fails_waiting_callers_are_answered_and_the_claim_ends(bool isAsked, LossReason reason)
    {
        var actor = StartActor();
        var claim = Acquire(actor, 42);
        var waiting = CreateTestProbe();
        waiting.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: false, null));

        // Its answer shows that the request before it waits in the actor, no longer in its mailbox.
        waiting.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: true, null));
        waiting.ExpectMsg<LockReply.NotAcquired>();
        if (isAsked)
        {
            actor.Tell(new LocksCommand.Close());
        }
        else
        {
            Sys.Stop(actor);
        }

        Assert.Equal(CoordinationErrorKind.Stopped, waiting.ExpectMsg<LockReply.Failed>().Error.Kind);
        AwaitCondition(() => !claim.IsHeld);
        Assert.Equal(reason, claim.Reason);
    }

    [Fact]
    public void An_idle_one_asks_to_be_forgotten_and_ends_when_told()
    {
        var options = new CoordinationOptions { Locks = new LockOptions { IdleTimeout = TimeSpan.FromMilliseconds(100) } };
        var actor = _parent.ChildActorOf(LockActor.PropsFor(ContextFor(options), Key, Lease(), recover: false));
        _parent.Watch(actor);

        Assert.Equal(Key, _parent.ExpectMsg<LocksCommand.Passivate>().Lock);
        actor.Tell(new LocksCommand.EndIfIdle());

        _parent.ExpectTerminated(actor);
    }

    [Fact]
    public void One_with_work_does_not_end_when_it_is_told_to_if_idle()
    {
        var actor = StartActor();
        Acquire(actor, 42);

        actor.Tell(new LocksCommand.EndIfIdle());

        Assert.Equal(Key, _parent.ExpectMsg<LocksCommand.StillBusy>().Lock);
    }

    [Fact]
    public void A_successor_of_a_failed_one_removes_the_key_and_the_tickets_that_it_may_have_left()
    {
        var left = LockValue.Encode("me", AttemptId.New(), DateTimeOffset.UnixEpoch).ToText();
        _parent.ChildActorOf(LockActor.PropsFor(ContextFor(), Key, Lease(), recover: true));

        AnswerRecovery(
            Stored(left, 42, lease: 7),
            60,
            Stored(left, 50, lease: 7) with { Key = "coordination/waiters/x/1-7" },
            Stored(left, 51, lease: 8) with { Key = "coordination/waiters/x/2-8" });

        Assert.Equal(EtcdCompare.Unchanged(Key, new Revision(42)), Assert.Single(Etcd.Next<EtcdOp.Txn>().Request.If));
    }

    private IActorRef StartActor() => _parent.ChildActorOf(LockActor.PropsFor(ContextFor(), Key, Lease(), recover: false));

    private LockClaim Acquire(IActorRef actor, long token)
    {
        _caller.Send(actor, new LocksCommand.Acquire(Key, LockRequestId.Next(), IsTry: false, null));
        Etcd.Next<EtcdOp.Txn>().Answer(Won(token));
        return _caller.ExpectMsg<LockReply.Acquired>().Claim;
    }
}
