using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Actors;

public sealed class WatcherActorTests : ActorTest
{
    private readonly TestProbe _parent;

    public WatcherActorTests() => _parent = CreateTestProbe();

    [Fact]
    public async Task It_resumes_after_the_last_change_when_a_stream_ends_and_gives_its_watch_back_when_stopped()
    {
        var actor = _parent.ChildActorOf(WatcherActor.PropsFor(ContextFor(), Key, new Revision(10)));
        var first = Etcd.Next<ScriptedEtcd.Watching>().Request;
        first.Signal(new EtcdWatchSignal.Created(At(9)));
        first.Signal(new EtcdWatchSignal.Changes(At(12), [new EtcdEvent(false, Stored("v", 12), null)]));
        _parent.ExpectMsg<WatchEvent.Changed>();

        first.Signal(Ended(CoordinationErrorKind.Unavailable));
        _parent.ExpectMsg<WatchEvent.Interrupted>();
        var second = Etcd.Next<ScriptedEtcd.Watching>().Request;
        second.Signal(new EtcdWatchSignal.Created(At(20)));
        _parent.ExpectMsg<WatchEvent.Resumed>();
        Sys.Stop(actor);
        await second.Disposed;

        Assert.Equal(10, first.Spec.From.Value);
        Assert.Equal(13, second.Spec.From.Value);
    }

    [Fact]
    public void Without_a_start_it_tells_the_keys_first_and_watches_from_there()
    {
        _parent.ChildActorOf(WatcherActor.PropsFor(ContextFor(), Key, Revision.None));
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(30), [Stored("v", 12)], 1, false));

        var snapshot = _parent.ExpectMsg<WatchEvent.Snapshot>();
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;

        Assert.Equal("v", Assert.Single(snapshot.KeyValues).Value.ToText());
        Assert.Equal(31, watch.Spec.From.Value);
    }

    [Fact]
    public void When_its_revision_was_compacted_it_reads_the_keys_again_and_tells_the_difference()
    {
        _parent.ChildActorOf(WatcherActor.PropsFor(ContextFor(), Key, Revision.None));
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(30), [Stored("v", 12)], 1, false));
        _parent.ExpectMsg<WatchEvent.Snapshot>();
        Etcd.Next<ScriptedEtcd.Watching>().Request.Signal(Ended(CoordinationErrorKind.Compacted));
        _parent.ExpectMsg<WatchEvent.Interrupted>();

        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(99), [], 0, false));
        var resynced = _parent.ExpectMsg<WatchEvent.Resynced>();

        Assert.True(Assert.Single(resynced.Difference).IsDelete);
        Assert.Equal(100, Etcd.Next<ScriptedEtcd.Watching>().Request.Spec.From.Value);
    }

    private static EtcdWatchSignal.Ended Ended(CoordinationErrorKind kind) => new(new EtcdException(kind, WriteOutcome.Unknown, "scripted"));
}
