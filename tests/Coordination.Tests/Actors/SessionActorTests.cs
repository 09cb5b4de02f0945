using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Actors;

public sealed class SessionActorTests : ActorTest
{
    private const int NotYetOpened = 203;
    private const int GivenBack = 208;
    private const int NotGivenBack = 209;

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

    [Fact]
    public void The_deadline_counts_from_the_time_a_renewal_was_sent_and_not_from_its_reply()
    {
        var time = new FakeTimeProvider();
        using var alarm = LossAlarm.Create(time);
        var clock = new MonotonicClock(time);
        var parent = CreateTestProbe();
        var session = parent.ChildActorOf(SessionActor.PropsFor(
            ContextFor() with { Clock = clock, LossAlarm = alarm }, new LeaseSettings(TimeSpan.FromSeconds(10), 0)));
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        time.Advance(TimeSpan.FromSeconds(1));
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(10), At(1)));
        var lease = parent.ExpectMsg<SessionEvent.Opened>().Lease;
        var margin = LeaseSettings.Margin(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(9) - margin, lease.ValidFor);

        session.Tell(new LeaseMessage.Verify(lease.Id, default));
        var renewal = Etcd.Next<ScriptedEtcd.KeepAlive>();
        time.Advance(TimeSpan.FromSeconds(3));
        renewal.Answer(new LeaseRenewed(lease.Id, TimeSpan.FromSeconds(10), At(2)));

        AwaitCondition(() => lease.ValidFor == TimeSpan.FromSeconds(7) - margin);
    }

    [Fact]
    public void A_lease_is_said_to_be_given_back_when_etcd_has_said_so_and_a_failure_is_told()
    {
        var log = new LogList();
        Start(out var given, out _, log);
        Start(out var kept, out _, log);
        Watch(given);
        Watch(kept);

        given.Tell(new SessionCommand.Close());
        var revoke = Etcd.Next<ScriptedEtcd.Revoke>();
        Assert.Equal(0, log.Count(GivenBack));
        revoke.Answer(At(3));
        ExpectTerminated(given);
        kept.Tell(new SessionCommand.Close());
        Etcd.Next<ScriptedEtcd.Revoke>().Fail(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown);
        ExpectTerminated(kept);

        Assert.Equal((1, 1), (log.Count(GivenBack), log.Count(NotGivenBack)));
    }

    [Fact]
    public void The_same_reason_for_having_no_lease_is_logged_once_a_minute()
    {
        var log = new LogList();
        var time = new FakeTimeProvider();
        using var alarm = LossAlarm.Create(time);
        // Nobody asks whether etcd answers again: that clock stands still.
        var context = new CoordinationContext(new CoordinationOptions(), Etcd, new MonotonicClock(new FakeTimeProvider()), alarm, log, Session) with { Clock = new MonotonicClock(time) };
        var parent = CreateTestProbe();
        var session = parent.ChildActorOf(SessionActor.PropsFor(context, new LeaseSettings(TimeSpan.FromSeconds(10), 0)));

        int FailAgain(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Etcd.Next<ScriptedEtcd.Grant>().Fail(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied);
                parent.ExpectMsg<SessionEvent.NotYetOpened>();
            }

            return log.Count(NotYetOpened);
        }

        Assert.Equal(1, FailAgain(3));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, FailAgain(1));
        Watch(session);
        session.Tell(new SessionCommand.Close());
        Etcd.Next<ScriptedEtcd.Revoke>().Answer(At(1));
        ExpectTerminated(session);
    }

    private TestProbe Start(out IActorRef session, out LeaseId lease, LogList? log = null)
    {
        var parent = CreateTestProbe();
        var context = log is null ? ContextFor() : ContextFor() with { Log = log };
        session = parent.ChildActorOf(SessionActor.PropsFor(context, new LeaseSettings(TimeSpan.FromSeconds(10), 0.01)));
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(10), At(1)));
        lease = parent.ExpectMsg<SessionEvent.Opened>().Lease.Id;
        return parent;
    }
}
