using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Tests.Actors;

/// <summary>A dialogue with one actor: the test is its parent, its callers and its etcd.</summary>
public abstract class ActorTest : TestKit
{
    internal static readonly Bytes Key = "/cron/lock/job1";

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

    /// <summary>The reply to a ticket, or to a read of the line, that shows it first.</summary>
    internal static TxnResult ShownFirst(KeyValue? current, long revision, KeyValue? next = null) => new(
        At(revision),
        true,
        [new PutResult(At(revision), null), Got(current, revision), Got(null, revision), Got(next, revision)]);

    private static GetResult Got(KeyValue? kv, long revision) => new(At(revision), kv is null ? [] : [kv], kv is null ? 0 : 1, false);

    /// <summary>Answers a LockActor that follows one that failed: what is in the line, and what the key is. Its watch is not shown.</summary>
    internal void AnswerRecovery(KeyValue? current, long revision, params KeyValue[] line)
    {
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(revision), [.. line], line.Length, false));
        foreach (var ticket in line.Where(t => t.Lease == new LeaseId(7)))
        {
            var removal = Etcd.Next<EtcdOp.Delete>();
            Assert.Equal(KeyRange.Of(ticket.Key), removal.Request.Keys);
            removal.Answer(new DeleteResult(At(revision), 1, []));
        }

        Etcd.HidesWatches = true;
        Etcd.Next<EtcdOp.Get>().Answer(Got(current, revision));
    }

    internal static KeyValue Stored(string value, long revision, long lease = 0) =>
        new(Key, value, new Revision(revision), new Revision(revision), 1, new LeaseId(lease));
}
