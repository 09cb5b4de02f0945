using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Messages;

namespace Coordination.Tests.Actors;

/// <summary>Locks for actors of the host.</summary>
public sealed class LockErrandTests : ActorTest
{
    [Fact]
    public async Task An_actor_is_told_when_it_has_the_lock_and_releases_it_by_the_handle()
    {
        await using var system = Start();
        var host = CreateTestProbe();

        system.Actor.Tell(new LockRequest.Acquire("K"), host);
        NextWrite().Answer(Won(42));
        var acquired = host.ExpectMsg<LockNews.Acquired>();
        var released = acquired.Handle.ReleaseAsync();
        NextWrite().Answer(Won(43));
        await released;

        Assert.Equal((42, "K"), (acquired.Handle.Token, acquired.Name));
        host.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public async Task An_actor_is_told_when_it_loses_the_lock()
    {
        await using var system = Start();
        var host = CreateTestProbe();
        system.Actor.Tell(new LockRequest.Acquire("K"), host);
        NextWrite().Answer(Won(42));
        host.ExpectMsg<LockNews.Acquired>();

        system.Supervisor.Tell(new LeaseMessage.GiveUp(system.SessionLease, default));

        Assert.Equal(new LockNews.Lost("K", 42, LossReason.GivenUp), host.ExpectMsg<LockNews.Lost>());
    }

    [Fact]
    public async Task A_try_is_answered_with_the_holder()
    {
        await using var system = Start();
        var host = CreateTestProbe();

        system.Actor.Tell(new LockRequest.Acquire("K", TimeSpan.Zero), host);
        NextWrite().Answer(Met(Stored("somebody", 40), 50));

        Assert.Equal("somebody", host.ExpectMsg<LockNews.NotAcquired>().Holder!.Owner);
    }

    [Fact]
    public async Task A_request_that_is_withdrawn_is_answered_and_leaves_nothing()
    {
        await using var system = Start();
        var host = CreateTestProbe();

        system.Actor.Tell(new LockRequest.Acquire("K"), host);
        var attempt = NextWrite();
        system.Actor.Tell(new LockRequest.Withdraw("K"), host);
        Assert.IsType<OperationCanceledException>(host.ExpectMsg<LockNews.Failed>().Error);
        attempt.Answer(Won(42));

        Assert.Equal(EtcdCompare.Unchanged("K", new Revision(42)), NextWrite().Request.If[0]);
    }

    [Fact]
    public async Task The_lock_of_an_actor_that_ends_is_released()
    {
        await using var system = Start();
        var host = CreateTestProbe();
        system.Actor.Tell(new LockRequest.Acquire("K"), host);
        NextWrite().Answer(Won(42));
        host.ExpectMsg<LockNews.Acquired>();

        Sys.Stop(host);

        var release = NextWrite();
        Assert.Equal(EtcdCompare.Unchanged("K", new Revision(42)), release.Request.If[0]);
        Assert.IsType<EtcdOp.Delete>(Assert.Single(release.Request.Then));
    }

    [Fact]
    public async Task The_request_of_an_actor_that_ends_before_the_answer_leaves_nothing()
    {
        await using var system = Start();
        var host = CreateTestProbe();
        system.Actor.Tell(new LockRequest.Acquire("K"), host);
        var attempt = NextWrite();

        Sys.Stop(host);
        attempt.Answer(Won(42));

        Assert.Equal(EtcdCompare.Unchanged("K", new Revision(42)), NextWrite().Request.If[0]);
    }

    [Fact]
    public async Task When_the_system_stops_an_actor_that_waits_is_told()
    {
        var system = Start();
        var host = CreateTestProbe();
        system.Actor.Tell(new LockRequest.Acquire("K"), host);
        NextWrite();

        var stopping = system.DisposeAsync();
        Assert.Equal(CoordinationErrorKind.Stopped, Assert.IsType<CoordinationException>(host.ExpectMsg<LockNews.Failed>().Error).Kind);
        Etcd.Next<ScriptedEtcd.Revoke>().Answer(At(50));
        await stopping;
    }

    private CoordinationSystem Start()
    {
        var system = CoordinationSystem.Start(new CoordinationOptions { Owner = "me", StopTimeout = TimeSpan.FromMilliseconds(100) }, Etcd, Sys);
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(10), At(1)));
        AwaitCondition(() => system.IsReady);
        return system;
    }
}
