using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Locks.Line;
using Coordination.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Tests.Actors;

/// <summary>A dialogue with one actor: the test is its parent, its callers and its etcd.</summary>
public abstract class ActorTest : TestKit
{
    internal static readonly Bytes Key = "/cron/lock/job1";

    internal static readonly LockName Mutex = new(LockForm.Mutex, "/cron/lock/job1");

    private readonly LossAlarm _alarm = LossAlarm.Create(SuspendAwareTimeProvider.Instance);

    internal ScriptedEtcd Etcd { get; } = new();

    internal SessionView Session { get; } = new();

    internal MonotonicClock Clock { get; } = new(SuspendAwareTimeProvider.Instance);

    internal CoordinationContext ContextFor(CoordinationOptions? options = null) =>
        new(options ?? new CoordinationOptions { Owner = "me" }, Etcd, Clock, _alarm, NullLogger.Instance, Session);

    internal LeaseValidity Lease(long id = 7) =>
        new(new LeaseId(id), TimeSpan.FromSeconds(10), Clock.Now + TimeSpan.FromSeconds(9), Clock);

    internal static EtcdHeader At(long revision) => new(1, 1, new Revision(revision), 1);

    internal static TxnResult Won(long revision) => new(At(revision), true, [new PutResult(At(revision), null)]);

    internal static TxnResult Met(KeyValue current, long revision) => new(At(revision), false, [new GetResult(At(revision), [current], 1, false)]);

    /// <summary>A session with a journal of its own.</summary>
    internal SessionEvent.Opened Opened(LeaseValidity lease) => new(lease, Sys.ActorOf(JournalActor.PropsFor(ContextFor(), lease.Id)));

    /// <summary>The next write of a session, as it is without its fence. A fence is set on the way.</summary>
    internal ScriptedWrite NextWrite()
    {
        var next = Etcd.Next<EtcdOp.Txn>();
        if (next.Request.Then is [EtcdOp.Put { Key: var key }, ..] && key.ToText().StartsWith("coordination/waiters/!", StringComparison.Ordinal))
        {
            next.Answer(new TxnResult(At(1), true, [new PutResult(At(1), null)]));
            next = Etcd.Next<EtcdOp.Txn>();
        }

        return new ScriptedWrite(next);
    }

    internal static KeyValue Stored(string value, long revision, long lease = 0) =>
        new(Key, value, new Revision(revision), new Revision(revision), 1, new LeaseId(lease));
}

/// <summary>A batch with one write, which is shown and answered as if there were no fence.</summary>
internal sealed class ScriptedWrite(ScriptedEtcd.Call<EtcdOp.Txn> batch)
{
    public EtcdOp.Txn Request { get; } = new()
    {
        If = batch.Request.If[1..],
        Then = batch.Request.Then,
        Else = Assert.IsType<EtcdOp.Txn>(batch.Request.Else[1]).Then,
    };

    public void Answer(TxnResult result) => batch.Answer(result.Succeeded
        ? result
        : new TxnResult(result.Header, false, [new GetResult(result.Header, [], 0, false), result with { Succeeded = true }]));

    public void Fail(CoordinationErrorKind kind, WriteOutcome outcome) => batch.Fail(kind, outcome);
}
