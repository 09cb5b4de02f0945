using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks.Line;
using Coordination.Supervision;

namespace Coordination.Tests.Actors;

public sealed class SupervisorTests : ActorTest
{
    // A slow machine would hold a lock for long enough.
    private static readonly CoordinationOptions WithoutOwnKeyWatch = new() { Owner = "me", Locks = new LockOptions { OwnKeyWatchDelay = TimeSpan.FromMinutes(1) } };

    [Fact]
    public void It_opens_aSession_under_an_id_of_its_choice_and_serves_locks_on_it()
    {
        var supervisor = Start(out var lease);

        supervisor.Tell(new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null), TestActor);
        var attempt = NextWrite();
        attempt.Answer(Won(42));

        Assert.Equal(lease, ExpectMsg<LockReply.Acquired>().Claim.Lease);
        Assert.Equal(lease, Session.Lease!.Id);
    }

    [Fact]
    public void A_grant_whose_reply_was_lost_is_asked_for_again_under_the_same_id_and_adopted_by_a_renewal()
    {
        Sys.ActorOf(CoordinationSupervisor.PropsFor(ContextFor()));
        var first = Etcd.Next<ScriptedEtcd.Grant>();
        first.Fail(CoordinationErrorKind.Timeout, WriteOutcome.Unknown);
        var second = Etcd.Next<ScriptedEtcd.Grant>();
        second.Fail(CoordinationErrorKind.LeaseAlreadyExists, WriteOutcome.NotApplied);
        var renewal = Etcd.Next<ScriptedEtcd.KeepAlive>();

        renewal.Answer(new LeaseRenewed(renewal.Request.Id, TimeSpan.FromSeconds(10), At(1)));

        AwaitCondition(() => Session.Lease is not null);
        Assert.Equal(first.Request.Id, second.Request.Id);
        Assert.Equal(first.Request.Id, Session.Lease!.Id);
    }

    [Fact]
    public void When_the_lease_is_gone_the_next_one_is_opened_at_once_and_the_old_one_is_revoked_later()
    {
        var supervisor = Start(out var lost);

        supervisor.Tell(new LeaseMessage.Verify(lost, default));
        Etcd.Next<ScriptedEtcd.KeepAlive>().Answer(new LeaseRenewed(lost, TimeSpan.Zero, At(5)));
        var next = Etcd.Next<ScriptedEtcd.Grant>();
        next.Answer(new LeaseGranted(next.Request.Id, TimeSpan.FromSeconds(10), At(6)));
        var revoked = Etcd.Next<ScriptedEtcd.Revoke>();

        AwaitCondition(() => Session.Lease?.Id == next.Request.Id);
        Assert.NotEqual(lost, next.Request.Id);
        Assert.Equal(lost, revoked.Request.Id);
    }

    [Fact]
    public void Stopping_answers_those_who_wait_then_revokes_then_is_done()
    {
        var supervisor = Start(out var lease);
        var waiting = CreateTestProbe();
        waiting.Send(supervisor, new LocksCommand.Acquire(Mutex, LockRequestId.Next(), LockTerms.Alone, IsTry: false, null));
        NextWrite();
        Watch(supervisor);

        supervisor.Tell(new SupervisorCommand.Stop(), TestActor);
        Assert.Equal(CoordinationErrorKind.Stopped, waiting.ExpectMsg<LockReply.Failed>().Error.Kind);
        var revoke = Etcd.Next<ScriptedEtcd.Revoke>();
        revoke.Answer(At(9));

        ExpectMsg<SupervisorCommand.Done>();
        ExpectTerminated(supervisor);
        Assert.Equal(lease, revoke.Request.Id);
    }

    private IActorRef Start(out LeaseId lease)
    {
        var supervisor = Sys.ActorOf(CoordinationSupervisor.PropsFor(ContextFor(WithoutOwnKeyWatch)));
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(10), At(1)));
        AwaitCondition(() => Session.Lease is not null);
        lease = grant.Request.Id;
        return supervisor;
    }
}
