using Coordination.Diagnostics;
using Coordination.Discovery.Views;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Discovery;

/// <summary>The parent of all DiscoveryActors: one for each watch that is needed. One that failed is replaced, by the backoff; its feeds keep their last view.</summary>
internal sealed class DiscoveriesActor(CoordinationContext context) : UntypedActor, IWithTimers
{
    private readonly Dictionary<DiscoveryScopeKey, Entry> _entries = [];
    private readonly Dictionary<IActorRef, DiscoveryScopeKey> _scopes = [];

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new DiscoveriesActor(context));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "DiscoveryActor");
        return Directive.Stop;
    });

    // After a failure of this actor: what the handles follow is still in the book.
    protected override void PreStart()
    {
        foreach (var feed in context.Discoveries.Feeds)
        {
            OnFollow(feed);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DiscoveryCommand.Follow m:
                OnFollow(m.Feed);
                break;
            case DiscoveryCommand.Unfollow m:
                OnUnfollow(m);
                break;
            case DiscoveryCommand m when _entries.TryGetValue(DiscoveryScopeKey.Of(m.Feed), out var entry):
                entry.Ref.Tell(m);
                break;
            case SuccessorDue m when _entries.TryGetValue(m.Scope, out var entry) && entry.Ref.IsNobody():
                Start(m.Scope, entry);
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;

            // The views do not depend on a lease.
            case SessionEvent:
            case DiscoveryCommand:
            case SuccessorDue:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnFollow(ServiceFeed feed)
    {
        var scope = DiscoveryScopeKey.Of(feed);
        if (!_entries.TryGetValue(scope, out var entry))
        {
            _entries.Add(scope, entry = new Entry());
            Start(scope, entry);
        }

        if (entry.Feeds.Add(feed))
        {
            entry.Ref.Tell(new DiscoveryCommand.Follow(feed));
        }
    }

    private void OnUnfollow(DiscoveryCommand.Unfollow m)
    {
        var scope = DiscoveryScopeKey.Of(m.Feed);
        if (!_entries.TryGetValue(scope, out var entry) || !entry.Feeds.Remove(m.Feed))
        {
            return;
        }

        entry.Ref.Tell(m);
        if (entry.Feeds.Count == 0)
        {
            _entries.Remove(scope);
            _scopes.Remove(entry.Ref);
            Timers.Cancel(scope);
            if (!entry.Ref.IsNobody())
            {
                Context.Stop(entry.Ref);
            }
        }
    }

    private void Start(DiscoveryScopeKey scope, Entry entry)
    {
        entry.Ref = Context.ActorOf(DiscoveryActor.PropsFor(context, scope));
        Context.Watch(entry.Ref);
        _scopes.Add(entry.Ref, scope);
        foreach (var feed in entry.Feeds)
        {
            entry.Ref.Tell(new DiscoveryCommand.Follow(feed));
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (_scopes.Remove(actor, out var scope) && _entries.TryGetValue(scope, out var entry))
        {
            entry.Ref = ActorRefs.Nobody;
            Timers.StartSingleTimer(scope, new SuccessorDue(scope), BackoffPolicy.Default.After(++entry.Failures, context.Random));
        }
    }

    private sealed class Entry
    {
        public IActorRef Ref { get; set; } = ActorRefs.Nobody;

        public HashSet<ServiceFeed> Feeds { get; } = [];

        public int Failures { get; set; }
    }

    private sealed record SuccessorDue(DiscoveryScopeKey Scope);
}
