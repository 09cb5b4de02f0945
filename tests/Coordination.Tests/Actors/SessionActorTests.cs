using Coordination.Etcd;
using Coordination.Leases;

namespace Coordination.Tests.Actors;

public sealed class SessionActorTests : ActorTest
{
    [Fact]
    public void It_tells_its_parent_of_a_lease_of_its_loss_and_of_the_next_one()
    {
        var parent = Start(out var session, out var first);

        session.Tell(new LeaseMessage.GiveUp(first, default));

        Assert.Equal(new SessionEvent.Lost(first, LossReason.GivenUp), parent.ExpectMsg<SessionEvent.Lost>());
        var next = Etcd.Next<ScriptedEtcd.Grant>();
        next.Answer(new LeaseGranted(next.Request.Id, TimeSpan.FromSeconds(10), At(2)));
        Assert.Equal(next.Request.Id, parent.ExpectMsg<SessionEvent.Opened>().Lease.Id);
        Assert.NotEqual(first, next.Request.Id);
    }

    [Fact]
    public void Closed_it_revokes_the_lease_and_ends()
    {
        Start(out var session, out var lease);
        Watch(session);

        session.Tell(new SessionCommand.Close());
        var revoke = Etcd.Next<ScriptedEtcd.Revoke>();
        revoke.Answer(At(3));

        ExpectTerminated(session);
        Assert.Equal(lease, revoke.Request.Id);
    }

    [Fact]
    public void Closed_in_the_moment_of_a_loss_it_still_ends()
    {
        Start(out var session, out var lease);
        Watch(session);

        session.Tell(new LeaseMessage.GiveUp(lease, default));
        session.Tell(new SessionCommand.Close());
        Etcd.Next<ScriptedEtcd.Revoke>().Answer(At(4));

        ExpectTerminated(session);
    }

    private TestProbe Start(out IActorRef session, out LeaseId lease)
    {
        var parent = CreateTestProbe();
        session = parent.ChildActorOf(SessionActor.PropsFor(ContextFor(), new LeaseSettings(TimeSpan.FromSeconds(10), 0.01)));
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(10), At(1)));
        lease = parent.ExpectMsg<SessionEvent.Opened>().Lease.Id;
        return parent;
    }
}
