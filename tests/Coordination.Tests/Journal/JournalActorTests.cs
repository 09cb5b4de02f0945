using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Tests.Actors;

namespace Coordination.Tests.Journal;

/// <summary>What is sent to etcd, and who is told.</summary>
public sealed class JournalActorTests : ActorTest
{
    private static readonly Bytes Fence = JournalActor.FenceOf(new CoordinationOptions().Locks.WaitersPrefix, new LeaseId(7));

    [Fact]
    public void A_write_that_is_alone_acts_only_under_the_fence_and_is_not_nested_so_that_every_server_checks_it()
    {
        var write = WriteOf("a");
        var journal = Start(out _);
        journal.Tell(new JournalMessage.Submit(write));
        var set = Etcd.Next<EtcdOp.Txn>();
        set.Answer(new TxnResult(At(10), true, [new PutResult(At(10), null)]));
        var batch = Etcd.Next<EtcdOp.Txn>();
        batch.Answer(new TxnResult(At(11), true, [new PutResult(At(11), null)]));

        Assert.Equal(new EtcdOp.Put(Fence, Bytes.Empty) { Lease = new LeaseId(7) }, Assert.Single(set.Request.Then));
        Assert.Empty(set.Request.If);
        Assert.Equal([EtcdCompare.Unchanged(Fence, new Revision(10)), .. write.Txn.If], batch.Request.If.AsEnumerable());
        Assert.Equal(write.Txn.Then.AsEnumerable(), batch.Request.Then);
        Assert.Equal(new EtcdOp.Get(Fence), batch.Request.Else[0]);
        var otherwise = Assert.IsType<EtcdOp.Txn>(batch.Request.Else[1]);
        Assert.Equal(EtcdCompare.Unchanged(Fence, new Revision(10)), Assert.Single(otherwise.If));
        Assert.Equal(write.Txn.Else.AsEnumerable(), otherwise.Then);
        Assert.Equal(new Revision(11), ExpectMsg<Written.Answered>().Result.Header.Revision);
    }

    [Fact]
    public void After_a_lost_reply_one_transaction_puts_the_fence_and_looks()
    {
        var write = WriteOf("a");
        var journal = StartOpened(write, out _);
        Etcd.Next<EtcdOp.Txn>().Fail(CoordinationErrorKind.Timeout, WriteOutcome.Unknown);

        var moved = Etcd.Next<EtcdOp.Txn>();
        moved.Answer(new TxnResult(At(20), true, [new PutResult(At(20), null), new TxnResult(default, true, [new GetResult(default, [], 0, false)])]));

        Assert.Empty(moved.Request.If);
        Assert.Equal(new EtcdOp.Put(Fence, Bytes.Empty) { Lease = new LeaseId(7) }, moved.Request.Then[0]);
        Assert.Equal(write.Look, Assert.IsType<EtcdOp.Txn>(moved.Request.Then[1]).Then);
        var settled = ExpectMsg<Written.Settled>();
        Assert.Equal((write, new Revision(20)), (settled.Write, settled.Shown.Header.Revision));
        journal.Tell(new JournalMessage.Submit(write));
        Assert.Equal(EtcdCompare.Unchanged(Fence, new Revision(20)), Etcd.Next<EtcdOp.Txn>().Request.If[0]);
    }

    [Fact]
    public void An_answer_that_does_not_fit_the_batch_is_a_lost_reply()
    {
        StartOpened(WriteOf("a"), out _);
        Etcd.Next<EtcdOp.Txn>().Answer(new TxnResult(At(11), false, []));

        Assert.Equal(2, Etcd.Next<EtcdOp.Txn>().Request.Then.Length);
    }

    [Fact]
    public void An_answer_that_does_not_fit_the_fence_leaves_it_open_whether_it_was_moved()
    {
        StartOpened(WriteOf("a"), out _);
        Etcd.Next<EtcdOp.Txn>().Fail(CoordinationErrorKind.Timeout, WriteOutcome.Unknown);
        Etcd.Next<EtcdOp.Txn>().Answer(new TxnResult(At(20), true, []));

        Assert.Equal(2, Etcd.Next<EtcdOp.Txn>().Request.Then.Length);
    }

    [Fact]
    public void When_the_lease_of_the_fence_is_unknown_its_session_is_told_to_ask()
    {
        var journal = Start(out var session);
        journal.Tell(new JournalMessage.Submit(WriteOf("a")));
        Etcd.Next<EtcdOp.Txn>().Fail(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied);

        Assert.Equal(new LeaseId(7), session.ExpectMsg<LeaseMessage.Verify>().Lease);
        Assert.Equal(CoordinationErrorKind.LeaseNotFound, ExpectMsg<Written.Refused>().Error.Kind);
    }

    [Fact]
    public void Without_permission_for_the_fence_a_write_goes_as_it_is_and_a_lost_reply_gives_the_lease_up()
    {
        var write = WriteOf("a");
        var journal = Start(out var session);
        journal.Tell(new JournalMessage.Submit(write));
        Etcd.Next<EtcdOp.Txn>().Fail(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied);
        var sent = Etcd.Next<EtcdOp.Txn>();
        sent.Fail(CoordinationErrorKind.Timeout, WriteOutcome.Unknown);

        Assert.Equal(write.Txn, sent.Request);
        Assert.Equal(new LeaseId(7), session.ExpectMsg<LeaseMessage.GiveUp>().Lease);
    }

    private IActorRef Start(out TestProbe session)
    {
        session = CreateTestProbe();
        return session.ChildActorOf(JournalActor.PropsFor(ContextFor(), new LeaseId(7)));
    }

    /// <summary>The fence is at revision 10, and the write is sent.</summary>
    private IActorRef StartOpened(Write write, out TestProbe session)
    {
        var journal = Start(out session);
        journal.Tell(new JournalMessage.Submit(write));
        Etcd.Next<EtcdOp.Txn>().Answer(new TxnResult(At(10), true, [new PutResult(At(10), null)]));
        return journal;
    }

    private Write WriteOf(Bytes key) => new(
        TestActor, [key], new EtcdOp.Txn { If = [EtcdCompare.NotExists(key)], Then = [new EtcdOp.Put(key, "v")] }, [new EtcdOp.Get(key)]);
}
