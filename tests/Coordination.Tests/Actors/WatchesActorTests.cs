using Coordination.Etcd;
using Coordination.Messages;
using Coordination.Watches;

namespace Coordination.Tests.Actors;

/// <summary>Subscribers that share watchers.</summary>
public sealed class WatchesActorTests : ActorTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly KeyWatchOptions Options = new();

    private readonly WatchSpec _spec = new(Key, Revision.None);

    [Fact]
    public async Task Two_subscribers_share_one_watch_and_the_later_one_begins_where_the_first_one_is()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var first = Subscribe(watches);
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [Stored("v", 9)], 1, false));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;
        watch.Signal(new EtcdWatchSignal.Created(At(10)));
        watch.Signal(Changes(Stored("w", 11)));
        Assert.Equal("v", Assert.Single((await Next<WatchEvent.Snapshot>(first)).KeyValues).Value.ToText());
        await Next<WatchEvent.Changed>(first);

        var second = Subscribe(watches);
        var snapshot = await Next<WatchEvent.Snapshot>(second);
        watch.Signal(Changes(Stored("x", 12)));

        Assert.Equal((11, "w"), (snapshot.Revision.Value, Assert.Single(snapshot.KeyValues).Value.ToText()));
        Assert.Equal(12, (await Next<WatchEvent.Changed>(first)).Revision.Value);
        Assert.Equal(12, (await Next<WatchEvent.Changed>(second)).Revision.Value);
        Etcd.ExpectNothing();
    }

    [Fact]
    public async Task Who_comes_during_an_interruption_is_told_what_was_known_and_that_it_may_be_stale()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var first = Subscribe(watches);
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [Stored("v", 9)], 1, false));
        Etcd.Next<ScriptedEtcd.Watching>().Request.Signal(new EtcdWatchSignal.Ended(Broken()));
        await Next<WatchEvent.Snapshot>(first);
        await Next<WatchEvent.Interrupted>(first);

        var second = Subscribe(watches);

        await Next<WatchEvent.Snapshot>(second);
        await Next<WatchEvent.Interrupted>(second);
    }

    [Fact]
    public async Task The_watch_in_etcd_ends_with_its_last_subscriber()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var first = Subscribe(watches);
        var second = Subscribe(watches);
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [], 0, false));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;

        watches.Tell(new WatchesCommand.Unsubscribe(first));
        watch.Signal(new EtcdWatchSignal.Created(At(10)));
        watch.Signal(Changes(Stored("x", 12)));
        await Next<WatchEvent.Snapshot>(second);
        await Next<WatchEvent.Changed>(second);
        Assert.False(watch.Disposed.IsCompleted);
        watches.Tell(new WatchesCommand.Unsubscribe(second));

        await watch.Disposed;
    }

    [Fact]
    public async Task An_actor_that_dies_is_unsubscribed()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var actor = CreateTestProbe();
        watches.Tell(new WatchesCommand.Subscribe(new ActorSubscriber("k", Options, _spec, actor.Ref, isAcknowledged: false)));
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [], 0, false));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;
        Assert.IsType<WatchEvent.Snapshot>(actor.ExpectMsg<KeysNews>().Event);

        Sys.Stop(actor.Ref);

        await watch.Disposed;
    }

    [Fact]
    public void An_actor_that_acknowledges_gets_one_notice_at_a_time_and_what_it_missed_conflated()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var actor = CreateTestProbe();
        watches.Tell(new WatchesCommand.Subscribe(new ActorSubscriber("k", new() { BufferLimit = 2 }, _spec, actor.Ref, isAcknowledged: true)));
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [], 0, false));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;
        watch.Signal(new EtcdWatchSignal.Created(At(10)));
        var snapshot = actor.ExpectMsg<KeysNews>();
        for (var revision = 11; revision < 20; revision++)
        {
            watch.Signal(Changes(Stored($"{revision}", revision)));
        }

        // Another subscriber that was told the last of them shows that the watcher has dealt with all.
        var other = Subscribe(watches);
        AwaitCondition(() => other.TryRead() is WatchEvent.Snapshot { Revision.Value: 19 } or WatchEvent.Changed { Revision.Value: 19 });
        actor.ExpectNoMsg(TimeSpan.Zero);
        snapshot.Acknowledge();
        snapshot.Acknowledge();

        var conflated = Assert.IsType<WatchEvent.Conflated>(actor.ExpectMsg<KeysNews>().Event);
        Assert.Equal((19, "19", 9), (conflated.Revision.Value, Assert.Single(conflated.Events).Current.Value.ToText(), conflated.Replaced));
        actor.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public async Task When_a_watcher_fails_its_subscribers_are_told_and_its_successor_goes_on_with_a_difference()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var subscriber = Subscribe(watches);
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [Stored("v", 9)], 1, false));
        await Next<WatchEvent.Snapshot>(subscriber);

        // A bug in the watcher: a signal that does not exist.
        Etcd.Next<ScriptedEtcd.Watching>().Request.Signal(null!);
        await Next<WatchEvent.Interrupted>(subscriber);
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(20), [], 0, false));

        var resynced = await Next<WatchEvent.Resynced>(subscriber);
        Assert.Equal((ResyncReason.WatcherReplaced, true), (resynced.Reason, resynced.IsComplete));
        Assert.True(Assert.Single(resynced.Difference).IsDelete);
    }

    [Fact]
    public async Task Too_many_subscribers_are_refused_with_the_name_of_the_limit()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor(new CoordinationOptions { Watches = new() { MaxSubscribers = 1 } })));
        Subscribe(watches);

        var error = await Assert.ThrowsAsync<CoordinationException>(() => Next<WatchEvent>(Subscribe(watches)));

        Assert.Equal(CoordinationErrorKind.LimitReached, error.Kind);
        Assert.Contains("Watches.MaxSubscribers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_it_stops_every_subscriber_is_told_after_what_was_still_to_be_read()
    {
        var watches = Sys.ActorOf(WatchesActor.PropsFor(ContextFor()));
        var actor = CreateTestProbe();
        var stream = Subscribe(watches);
        watches.Tell(new WatchesCommand.Subscribe(new ActorSubscriber("k", Options, _spec, actor.Ref, isAcknowledged: false)));
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [], 0, false));
        Assert.IsType<WatchEvent.Snapshot>(actor.ExpectMsg<KeysNews>().Event);

        Sys.Stop(watches);

        Assert.Equal(CoordinationErrorKind.Stopped, Assert.IsType<WatchEvent.Ended>(actor.ExpectMsg<KeysNews>().Event).Error.Kind);
        await Next<WatchEvent.Snapshot>(stream);
        Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => Next<WatchEvent>(stream))).Kind);
    }

    [Fact]
    public async Task When_it_fails_itself_its_subscribers_go_over_to_its_successor()
    {
        var parent = CreateTestProbe();
        var watches = parent.ChildActorOf(WatchesActor.PropsFor(ContextFor()));
        var subscriber = Subscribe(watches);
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(10), [Stored("v", 9)], 1, false));
        await Next<WatchEvent.Snapshot>(subscriber);

        // A bug: it cannot deal with a subscriber that does not exist.
        watches.Tell(new WatchesCommand.Subscribe(null!));
        await Next<WatchEvent.Interrupted>(subscriber);

        Assert.Same(subscriber, parent.ExpectMsg<WatchesCommand.Subscribe>().Subscriber);
    }

    private StreamSubscriber Subscribe(IActorRef watches)
    {
        var subscriber = new StreamSubscriber(_spec, Options);
        watches.Tell(new WatchesCommand.Subscribe(subscriber));
        return subscriber;
    }

    private static async Task<T> Next<T>(StreamSubscriber subscriber)
        where T : WatchEvent => Assert.IsAssignableFrom<T>(await subscriber.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Limit));

    private static EtcdException Broken() => new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "scripted");

    private static EtcdWatchSignal.Changes Changes(KeyValue kv) => new(At(kv.ModRevision.Value), [new EtcdEvent(false, kv, null)]);
}
