using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks;
using Coordination.Locks.Shared;

namespace Coordination.Tests.Actors;

public sealed class SharedLockActorTests : ActorTest
{
    private static readonly SharedLockName Data = new(SharedKind.ReaderWriter, "/data");
    private static readonly SharedLockName Pool = new(SharedKind.Semaphore, "/pool");

    private readonly TestProbe _parent;
    private readonly TestProbe _caller;

    public SharedLockActorTests()
    {
        _parent = CreateTestProbe();
        _caller = CreateTestProbe();
    }

    [Fact]
    public void S8_An_acquisition_is_one_transaction_that_puts_an_entry_on_the_session_lease_and_shows_the_line()
    {
        var actor = StartActor(Data);

        Send(actor, Data, SharedAsk.Write);
        var enter = Etcd.Next<EtcdOp.Txn>();
        enter.Answer(Entered(enter.Request, 42));
        var granted = _caller.ExpectMsg<SharedLockReply.Acquired>();

        var put = Assert.IsType<EtcdOp.Put>(enter.Request.Then[0]);
        Assert.StartsWith("/data/rwlock/writers/7/", put.Key.ToText(), StringComparison.Ordinal);
        Assert.Equal((new LeaseId(7), EtcdCompare.NotExists(put.Key)), (put.Lease, Assert.Single(enter.Request.If)));
        Assert.Equal(
            [KeyRange.Prefix("/data/rwlock/writers/"), KeyRange.Prefix("/data/rwlock/readers/")],
            enter.Request.Then[1..].Select(op => Assert.IsType<EtcdOp.Get>(op).Keys));
        Assert.Equal((42, 42, put.Key), (granted.Claim.Token.Value, granted.Floor.Value, granted.Claim.Key));
    }

    [Fact]
    public void A_reader_reads_the_writers_and_nothing_of_other_readers()
    {
        var actor = StartActor(Data);

        Send(actor, Data, SharedAsk.Read);
        var enter = Etcd.Next<EtcdOp.Txn>().Request;

        Assert.Equal(
            [KeyRange.Prefix("/data/rwlock/writers/"), KeyRange.Of(Assert.IsType<EtcdOp.Put>(enter.Then[0]).Key)],
            enter.Then[1..].Select(op => Assert.IsType<EtcdOp.Get>(op).Keys));
    }

    [Fact]
    public void S7_A_release_deletes_the_entry_only_as_it_was_put()
    {
        var actor = StartActor(Data);
        var claim = Acquire(actor, Data, SharedAsk.Read, 42);

        _caller.Send(actor, new SharedLocksCommand.Release(Data, claim.Request));
        var release = Etcd.Next<EtcdOp.Txn>();
        release.Answer(Won(43));

        _caller.ExpectMsg<SharedLockReply.Released>();
        Assert.Equal(EtcdCompare.Unchanged(claim.Key, new Revision(42)), Assert.Single(release.Request.If));
        Assert.Equal(KeyRange.Of(claim.Key), Assert.IsType<EtcdOp.Delete>(Assert.Single(release.Request.Then)).Keys);
    }

    [Fact]
    public void A_waiter_watches_the_last_one_in_its_way_from_now_on_and_reads_again_when_the_watch_has_begun_and_when_that_one_is_gone()
    {
        var actor = StartActor(Data);
        Send(actor, Data, SharedAsk.Read);
        var enter = Etcd.Next<EtcdOp.Txn>();
        enter.Answer(Entered(enter.Request, 50, Writer("/data/rwlock/writers/1/a", 30), Writer("/data/rwlock/writers/2/b", 40)));

        var watches = new[] { Etcd.Next<ScriptedEtcd.Watching>().Request, Etcd.Next<ScriptedEtcd.Watching>().Request };
        var own = watches.Single(w => !w.Spec.Keys.IsSingle);
        var last = watches.Single(w => w.Spec.Keys.IsSingle);
        var put = Assert.IsType<EtcdOp.Put>(enter.Request.Then[0]);
        var entry = new KeyValue(put.Key, put.Value, new(50), new(50), 1, put.Lease);
        last.Signal(new EtcdWatchSignal.Created(At(55)));
        Etcd.Next<EtcdOp.Txn>().Answer(Line(56, entry, Writer("/data/rwlock/writers/1/a", 30), Writer("/data/rwlock/writers/2/b", 40)));
        last.Signal(new EtcdWatchSignal.Changes(At(60), [new EtcdEvent(true, Deleted("/data/rwlock/writers/2/b", 60), null)]));
        var read = Etcd.Next<EtcdOp.Txn>();
        read.Answer(Line(61, entry));

        Assert.Equal((KeyRange.Of("/data/rwlock/writers/2/b"), 0), (last.Spec.Keys, last.Spec.From.Value));
        Assert.Equal((KeyRange.Prefix("/data/rwlock/readers/7/"), 0), (own.Spec.Keys, own.Spec.From.Value));
        Assert.Empty(read.Request.If);
        Assert.Equal(50, _caller.ExpectMsg<SharedLockReply.Acquired>().Claim.Token.Value);
    }

    [Fact]
    public void A_try_of_a_writer_asks_etcd_to_put_nothing_when_anybody_is_in_the_way()
    {
        var actor = StartActor(Data);
        Send(actor, Data, SharedAsk.Write, isTry: true);
        var enter = Etcd.Next<EtcdOp.Txn>();
        enter.Answer(new TxnResult(At(50), false, [new GetResult(At(50), [Writer("/data/rwlock/writers/1/a", 30)], 1, false), new GetResult(At(50), [], 0, false)]));

        Assert.Equal(30, _caller.ExpectMsg<SharedLockReply.NotAcquired>().Holder!.Token);
        Assert.Equal(
            [
                EtcdCompare.NotExists(Assert.IsType<EtcdOp.Put>(enter.Request.Then[0]).Key),
                EtcdCompare.CreateRevision(KeyRange.Prefix("/data/rwlock/writers/"), CompareResult.Equal, Revision.None),
                EtcdCompare.CreateRevision(KeyRange.Prefix("/data/rwlock/readers/"), CompareResult.Equal, Revision.None),
            ],
            enter.Request.If.AsEnumerable());
        Etcd.ExpectNothing();
    }

    [Fact]
    public void L4_A_cancelled_request_is_answered_at_once_and_its_entry_is_removed_when_it_is_put()
    {
        var actor = StartActor(Pool);
        var request = Send(actor, Pool, SharedAsk.Of(1, 2));
        var enter = Etcd.Next<EtcdOp.Txn>();

        _caller.Send(actor, new SharedLocksCommand.Cancel(Pool, request));
        _caller.ExpectMsg<SharedLockReply.Withdrawn>();
        enter.Answer(Entered(enter.Request, 42));
        var removal = Etcd.Next<EtcdOp.Txn>();

        Assert.Equal(EtcdCompare.Unchanged(Assert.IsType<EtcdOp.Put>(enter.Request.Then[0]).Key, new Revision(42)), Assert.Single(removal.Request.If));
    }

    [Fact]
    public void S2_S3_A_claim_ends_with_its_lease_by_the_clock_and_for_good()
    {
        var lease = Lease();
        var actor = StartActor(Pool, lease);
        var claim = Acquire(actor, Pool, SharedAsk.Of(1, 2), 42);
        Assert.True(claim.IsHeld);

        lease.Lose(LossReason.Expired);

        Assert.Equal((false, TimeSpan.Zero, LossReason.Expired), (claim.IsHeld, claim.ValidFor, claim.Reason));
        Assert.False(lease.TryExtend(Clock.Now + TimeSpan.FromHours(1)));
        Assert.False(claim.IsHeld);
    }

    [Fact]
    public async Task An_actor_that_fails_answers_its_callers_tells_its_holders_and_is_replaced_by_one_that_removes_what_it_left()
    {
        var locks = _parent.ChildActorOf(SharedLocksActor.PropsFor(ContextFor()));
        locks.Tell(new SessionEvent.Opened(Lease(), ActorRefs.Nobody));
        var claim = Acquire(locks, Pool, SharedAsk.Of(1, 2), 42);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = claim.Lost.Register(lost.SetResult);
        Etcd.ThrowOnTxn = new InvalidOperationException("a bug");

        Send(locks, Pool, SharedAsk.Of(1, 2));
        _caller.ExpectMsg<SharedLockReply.Failed>();
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var look = Etcd.Next<EtcdOp.Txn>();
        var left = new KeyValue(claim.Key, SharedLockValue.Encode("me", SharedAsk.Of(1, 2), default), new(42), new(42), 1, new(7));
        look.Answer(Line(50, left));
        var removal = Etcd.Next<EtcdOp.Txn>();

        Assert.Equal(LossReason.Aborted, claim.Reason);
        Assert.Equal(EtcdCompare.Unchanged(claim.Key, new Revision(42)), Assert.Single(removal.Request.If));
    }

    [Fact]
    public void An_idle_one_asks_to_be_forgotten_and_ends_when_told()
    {
        var options = new CoordinationOptions { Locks = new LockOptions { IdleTimeout = TimeSpan.FromMilliseconds(100) } };
        var actor = _parent.ChildActorOf(SharedLockActor.PropsFor(ContextFor(options), Pool, Lease(), recover: false));
        _parent.Watch(actor);

        Assert.Equal(Pool, _parent.ExpectMsg<SharedLocksCommand.Passivate>().Name);
        actor.Tell(new SharedLocksCommand.EndIfIdle());

        _parent.ExpectTerminated(actor);
    }

    [Fact]
    public void More_waiters_than_the_limit_are_refused_by_name()
    {
        var options = new CoordinationOptions { Locks = new LockOptions { MaxWaiters = 1 } };
        var actor = _parent.ChildActorOf(SharedLockActor.PropsFor(ContextFor(options), Pool, null, recover: false));
        Send(actor, Pool, SharedAsk.Of(1, 2));

        Send(actor, Pool, SharedAsk.Of(1, 2));
        var error = _caller.ExpectMsg<SharedLockReply.Failed>().Error;

        Assert.Equal(CoordinationErrorKind.LimitReached, error.Kind);
        Assert.Contains("'/pool'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Locks.MaxWaiters", error.Message, StringComparison.Ordinal);
    }

    private static KeyValue Writer(string key, long revision) =>
        new(key, SharedLockValue.Encode("other", SharedAsk.Write, default), new(revision), new(revision), 1, new(1));

    private static TxnResult Entered(EtcdOp.Txn enter, long revision, params KeyValue[] before)
    {
        var put = Assert.IsType<EtcdOp.Put>(enter.Then[0]);
        var own = new KeyValue(put.Key, put.Value, new(revision), new(revision), 1, put.Lease);
        return new TxnResult(At(revision), true, [new PutResult(At(revision), null), new GetResult(At(revision), [.. before, own], 1, false)]);
    }

    private static TxnResult Line(long revision, params KeyValue[] line) => new(At(revision), true, [new GetResult(At(revision), [.. line], line.Length, false)]);

    private static KeyValue Deleted(string key, long revision) => new(key, Bytes.Empty, Revision.None, new(revision), 0, LeaseId.None);

    private IActorRef StartActor(SharedLockName name, LeaseValidity? lease = null) =>
        _parent.ChildActorOf(SharedLockActor.PropsFor(ContextFor(), name, lease ?? Lease(), recover: false));

    private LockRequestId Send(IActorRef actor, SharedLockName name, SharedAsk ask, bool isTry = false)
    {
        var request = LockRequestId.Next();
        _caller.Send(actor, new SharedLocksCommand.Acquire(name, request, ask, isTry, null));
        return request;
    }

    private LockClaim Acquire(IActorRef actor, SharedLockName name, SharedAsk ask, long token)
    {
        Send(actor, name, ask);
        var enter = Etcd.Next<EtcdOp.Txn>();
        enter.Answer(Entered(enter.Request, token));
        return _caller.ExpectMsg<SharedLockReply.Acquired>().Claim;
    }
}
