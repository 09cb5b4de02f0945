using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks.Line;
using Coordination.Supervision;
using Coordination.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Actors;

public sealed class PassivationTests
{
    private static readonly LockName K = new(LockForm.Mutex, "K");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_timeout_while_etcd_does_not_answer_does_not_say_that_somebody_holds_the_lock()
    {
        await using var system = CoordinationSystem.Start(new(), new SilentEtcd());
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<CoordinationException>(() => system.Lock("K").TryAcquireAsync(TimeSpan.FromMilliseconds(50)));

        Assert.Equal(CoordinationErrorKind.Timeout, error.Kind);
    }

    [Fact]
    public async Task No_time_to_wait_is_time_enough_to_get_a_lock_that_is_free()
    {
        await using var system = CoordinationSystem.Start(new(), new FreeEtcd());
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));

        await using var handle = await system.Lock("K").AcquireAsync(TimeSpan.Zero);

        Assert.Equal(5, handle.Token);
    }

    [Fact]
    public async Task A_cancellation_is_not_refused_while_a_lock_is_asked_whether_it_can_be_forgotten()
    {
        var options = new CoordinationOptions { Locks = new() { MaxWaiters = 1 } };
        using var alarm = LossAlarm.Create(options.TimeProvider);
        var actors = ActorSystem.Create("cancellation");
        var locks = actors.ActorOf(LocksActor.PropsFor(
            new CoordinationContext(options, new NoEtcd(), new MonotonicClock(_time), alarm, NullLogger.Instance, new SessionView())));
        await AskAsync(locks);

        for (var i = 0; i < 200; i++)
        {
            var child = (await actors.ActorSelection(locks.Path + "/*").Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(30))).Subject;
            var request = LockRequestId.Next();
            await LetEndAsync(locks, child);
            var reply = locks.Ask<LockReply>(new LocksCommand.Acquire(K, request, LockTerms.Alone, IsTry: false, null), TimeSpan.FromSeconds(10));
            locks.Tell(new LocksCommand.Cancel(K, request), ActorRefs.NoSender);

            Assert.IsType<LockReply.Withdrawn>(await reply);
        }

        await actors.Terminate();
    }

    [Fact]
    public async Task A_lock_that_asks_twice_to_be_forgotten_loses_no_request_that_came_between()
    {
        var options = new CoordinationOptions();
        using var alarm = LossAlarm.Create(options.TimeProvider);
        var actors = ActorSystem.Create("passivation");
        var locks = actors.ActorOf(LocksActor.PropsFor(
            new CoordinationContext(options, new NoEtcd(), new MonotonicClock(_time), alarm, NullLogger.Instance, new SessionView())));
        await AskAsync(locks);
        var child = (await actors.ActorSelection(locks.Path + "/*").Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(30))).Subject;

        for (var i = 0; i < 200; i++)
        {
            await LetEndAsync(locks, child);
            var reply = AskAsync(locks);
            await LetEndAsync(locks, child);

            Assert.IsType<LockReply.Failed>(await reply);
            child = (await actors.ActorSelection(locks.Path + "/*").Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(30))).Subject;
        }

        await actors.Terminate();
    }

    /// <summary>A lock says that it is idle, and the time of an idle one passes. It passes once more for what was noted before it was used again.</summary>
    private async Task LetEndAsync(IActorRef locks, IActorRef child)
    {
        locks.Tell(new LocksCommand.Idle(K), child);
        foreach (var _ in (int[])[1, 2])
        {
            await locks.Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(10));
            _time.Advance(TimeSpan.FromMinutes(1));
            locks.Tell(new IdleDue());
        }
    }

    private static Task<LockReply> AskAsync(IActorRef locks) => locks.Ask<LockReply>(
        new LocksCommand.Acquire(K, LockRequestId.Next(), LockTerms.Alone, IsTry: true, TimeSpan.FromMilliseconds(1)), TimeSpan.FromSeconds(10));

    /// <summary>Grants and renews leases, and never answers a transaction.</summary>
    private class SilentEtcd : NoEtcd
    {
        public override Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default) =>
            Task.FromResult(new LeaseGranted(id, ttl, default));

        public override Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
            Task.FromResult(new LeaseRenewed(id, TimeSpan.FromSeconds(10), default));

        public override Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default) =>
            Task.FromResult(default(EtcdHeader));

        public override Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default) =>
            new TaskCompletionSource<TxnResult>().Task;
    }

    /// <summary>Every transaction succeeds, at revision 5, after the time of a round trip.</summary>
    private sealed class FreeEtcd : SilentEtcd
    {
        public override async Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            var header = new EtcdHeader(1, 1, new(5), 1);
            return new TxnResult(header, true, [.. txn.Then.Select(_ => new PutResult(header, null))]);
        }
    }
}
