using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Discovery.Views;
using Coordination.Watches;

namespace Coordination.Discovery;

/// <summary>
/// Owns one watch over a service, or over all services of a layout: runs <see cref="DiscoveryMachine"/>, writes the feeds, tells the actors that subscribed
/// and the EventStream.
/// </summary>
internal sealed class DiscoveryActor : UntypedActor
{
    private readonly CoordinationContext _context;
    private readonly DiscoveryScopeKey _scope;
    private readonly DiscoveryMachine _machine;
    private readonly Dictionary<string, Followed> _followed = [];
    private DiscoveryState _state = DiscoveryState.Initial;
    private IActorRef _watcher = ActorRefs.Nobody;

    public DiscoveryActor(CoordinationContext context, DiscoveryScopeKey scope)
    {
        _context = context;
        _scope = scope;
        _machine = new DiscoveryMachine(scope.Options.Layout, scope.Options.MaxInstances, scope.Service);
    }

    public static Props PropsFor(CoordinationContext context, DiscoveryScopeKey scope) => Made.By(() => new DiscoveryActor(context, scope));

    // A watch that fails takes this actor with it: the successor begins with a whole reading.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _context.Log.ActorFailed(error, "WatcherActor");
        return Directive.Escalate;
    });

    protected override void PreStart() => _watcher = Context.ActorOf(WatcherActor.PropsFor(_context, _scope.Keys, default));

    protected override void PostStop()
    {
        foreach (var followed in _followed.Values)
        {
            GoStale(followed);
        }
    }

    /// <summary>Nobody keeps the view true any more.</summary>
    private void GoStale(Followed followed)
    {
        if (!followed.Feed.Current.IsStale)
        {
            var view = followed.Feed.Current with { IsStale = true };
            Publish(followed, new ViewNews(view, [new ServiceChange.Stale(view.Service, view.Revision, new CoordinationException(
                CoordinationErrorKind.Stopped, $"The discovery of '{view.Service}' has stopped"))]));
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchEvent m when Sender.Equals(_watcher):
                Take(_machine.Handle(_state, m));
                break;
            case WatchEvent:
                break;
            case DiscoveryCommand.Follow m:
                _followed[m.Feed.Service] = new Followed(m.Feed);
                Take(_machine.Follow(_state, m.Feed.Current));
                Welcome(_followed[m.Feed.Service]);
                break;
            case DiscoveryCommand.Unfollow m when _followed.TryGetValue(m.Feed.Service, out var followed) && followed.Feed == m.Feed:
                Forget(followed);
                break;
            case DiscoveryCommand.SubscribersChanged m when _followed.TryGetValue(m.Feed.Service, out var followed) && followed.Feed == m.Feed:
                Welcome(followed);
                break;
            case DiscoveryCommand:
                break;
            case Terminated m:
                foreach (var followed in _followed.Values.Where(f => f.Welcomed.Remove(m.ActorRef)))
                {
                    followed.Feed.RemoveSubscriber(m.ActorRef, isDead: true);
                }

                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take((DiscoveryState State, ImmutableArray<ViewNews> News) step)
    {
        _state = step.State;
        foreach (var news in step.News)
        {
            Publish(_followed[news.View.Service], news);
        }
    }

    private void Publish(Followed followed, ViewNews news)
    {
        Report(followed.Feed.Current, news);
        followed.Feed.Publish(news.View, news.Changes);
        foreach (var change in news.Changes)
        {
            foreach (var subscriber in followed.Welcomed)
            {
                subscriber.Tell(change);
            }

            Context.System.EventStream.Publish(change);
        }
    }

    /// <summary>Brings the subscribers up to date: who is new gets the view as it is.</summary>
    private void Welcome(Followed followed)
    {
        var subscribers = followed.Feed.Subscribers;
        foreach (var left in followed.Welcomed.Except(subscribers).ToList())
        {
            followed.Welcomed.Remove(left);
            Unwatch(left);
        }

        var view = followed.Feed.Current;
        foreach (var subscriber in subscribers.Where(followed.Welcomed.Add))
        {
            Context.Watch(subscriber);
            if (view.IsKnown)
            {
                subscriber.Tell(new ServiceChange.Resynced(
                    view.Service, view.Revision, view, ViewDifference.Between(ServiceView.Unknown(view.Service), view), ViewReason.Snapshot));
            }

            if (view.IsStale && (view.IsKnown || followed.Feed.LastError is not null))
            {
                subscriber.Tell(new ServiceChange.Stale(view.Service, view.Revision, followed.Feed.LastError));
            }
        }
    }

    private void Forget(Followed followed)
    {
        GoStale(followed);
        _followed.Remove(followed.Feed.Service);
        _state = DiscoveryMachine.Unfollow(_state, followed.Feed.Service);
        foreach (var subscriber in followed.Welcomed)
        {
            Unwatch(subscriber);
        }
    }

    private void Unwatch(IActorRef subscriber)
    {
        if (!_followed.Values.Any(f => f.Welcomed.Contains(subscriber)))
        {
            Context.Unwatch(subscriber);
        }
    }

    private void Report(ServiceView before, ViewNews news)
    {
        foreach (var change in news.Changes)
        {
            switch (change)
            {
                case ServiceChange.Resynced e:
                    _context.Log.ViewResynced(e.Service, e.Reason, e.View.Instances.Length, e.Revision);
                    break;
                case ServiceChange.Stale e:
                    _context.Log.ViewStale(e.Service, e.Error?.Message ?? "");
                    break;
            }
        }

        foreach (var entry in news.View.Rejected.Except(before.Rejected))
        {
            _context.Log.EntrySetAside(entry.Key.ToString(), entry.Reason);
        }
    }

    private sealed class Followed(ServiceFeed feed)
    {
        public ServiceFeed Feed { get; } = feed;

        /// <summary>The subscribers that were told the view.</summary>
        public HashSet<IActorRef> Welcomed { get; } = [];
    }
}
