using Coordination.Discovery;
using Coordination.Discovery.Views;
using Coordination.Etcd;

namespace Coordination.Tests.Actors;

/// <summary>Those who follow services, and the watch they share.</summary>
public sealed class DiscoveriesActorTests : ActorTest
{
    private static readonly DiscoveryOptions AllServices = new() { Scope = DiscoveryScope.AllServices };

    private readonly IActorRef _discoveries;

    public DiscoveriesActorTests() => _discoveries = Sys.ActorOf(DiscoveriesActor.PropsFor(ContextFor()));

    [Fact]
    public void Services_under_one_prefix_share_a_watch_that_ends_with_the_last_of_them()
    {
        var web = Follow("web");
        var watch = AnswerReading(10, Instance("web", "a", 5), Instance("mail", "m", 6));
        AwaitCondition(() => web.Current.Instances is [{ Id: "a" }]);
        var mail = Follow("mail");
        AwaitCondition(() => mail.Current.Instances is [{ Id: "m" }]);

        _discoveries.Tell(new DiscoveryCommand.Unfollow(web));
        watch.Signal(new EtcdWatchSignal.Created(At(10)));
        watch.Signal(Changes(Instance("mail", "n", 11)));
        AwaitCondition(() => mail.Current.Instances.Length == 2);
        Assert.False(watch.Disposed.IsCompleted);
        _discoveries.Tell(new DiscoveryCommand.Unfollow(mail));

        AwaitCondition(() => watch.Disposed.IsCompletedSuccessfully);
        Assert.Equal(["a"], web.Current.Instances.Select(i => i.Id));
        AwaitCondition(() => mail.Current.IsStale);
        Etcd.ExpectNothing();
    }

    [Fact]
    public void When_its_actor_fails_a_view_is_kept_stale_and_the_successor_tells_the_difference()
    {
        var feed = Follow("web");
        var subscriber = Subscribe(feed);
        var watch = AnswerReading(10, Instance("web", "a", 5), Instance("web", "b", 6));
        subscriber.ExpectMsg<ServiceChange.Resynced>();

        Etcd.ThrowOnWatch = new InvalidOperationException("a bug");
        watch.Signal(new EtcdWatchSignal.Ended(new EtcdException(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "scripted")));
        subscriber.ExpectMsg<ServiceChange.Stale>();
        AwaitCondition(() => Etcd.ThrowOnWatch is null);
        Assert.True(feed.Current is { IsStale: true, Instances.Length: 2 });
        AnswerReading(20, Instance("web", "b", 6), Instance("web", "c", 15));

        // The successor welcomes the subscriber with the view as it was.
        var whole = (ServiceChange.Resynced)subscriber.FishForMessage(m => m is ServiceChange.Resynced { Reason: ViewReason.HistoryLost });
        Assert.Equal(["Down", "Up"], whole.Difference.Select(c => c.GetType().Name));
        Assert.False(feed.Current.IsStale);
    }

    [Fact]
    public void A_subscriber_is_told_the_view_once_and_then_each_change_and_the_end()
    {
        var feed = Follow("web");
        var watch = AnswerReading(10, Instance("web", "a", 5));
        AwaitCondition(() => feed.Current.IsKnown);
        var subscriber = Subscribe(feed);
        Assert.Equal(ViewReason.Snapshot, subscriber.ExpectMsg<ServiceChange.Resynced>().Reason);
        _discoveries.Tell(new DiscoveryCommand.SubscribersChanged(feed));
        watch.Signal(new EtcdWatchSignal.Created(At(10)));
        watch.Signal(Changes(Instance("web", "b", 11)));

        Assert.Equal("b", subscriber.ExpectMsg<ServiceChange.Up>().Instance.Id);
        Watch(_discoveries);
        Sys.Stop(_discoveries);
        subscriber.ExpectMsg<ServiceChange.Stale>();
        ExpectTerminated(_discoveries);
        subscriber.ExpectNoMsg(TimeSpan.Zero);
    }

    private static KeyValue Instance(string service, string id, long revision) =>
        new($"/services/{service}/{id}", """{"host":"10.0.0.1","port":1}""", new Revision(revision), new Revision(revision), 1, default);

    private static EtcdWatchSignal.Changes Changes(KeyValue kv) => new(At(kv.ModRevision.Value), [new EtcdEvent(false, kv, null)]);

    private ServiceFeed Follow(string service)
    {
        var feed = new ServiceFeed(service, AllServices);
        _discoveries.Tell(new DiscoveryCommand.Follow(feed));
        return feed;
    }

    private TestProbe Subscribe(ServiceFeed feed)
    {
        var subscriber = CreateTestProbe();
        feed.AddSubscriber(subscriber.Ref);
        _discoveries.Tell(new DiscoveryCommand.SubscribersChanged(feed));
        return subscriber;
    }

    private ScriptedEtcd.Watching AnswerReading(long revision, params KeyValue[] keys)
    {
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(At(revision), [.. keys], keys.Length, false));
        return Etcd.Next<ScriptedEtcd.Watching>().Request;
    }
}
