using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Watches;

/// <summary>
/// The parent of the watchers that subscribers outside share. Who watches the same keys from now on shares a watcher; who begins at a revision has one
/// of its own. A watcher that fails is replaced, and its subscribers are told.
/// </summary>
internal sealed class WatchesActor(CoordinationContext context) : UntypedActor, IWithTimers
{
    private readonly Dictionary<WatchSpec, Entry> _shared = [];
    private readonly Dictionary<WatchSubscriber, Entry> _entries = [];
    private readonly Dictionary<IActorRef, Entry> _watchers = [];
    private readonly Dictionary<IActorRef, HashSet<WatchSubscriber>> _actors = [];
    private bool _failed;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new WatchesActor(context));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "WatcherActor");
        return Directive.Stop;
    });

    protected override void PostStop()
    {
        foreach (var subscriber in _entries.Keys)
        {
            if (_failed)
            {
                subscriber.Take(new WatchEvent.Interrupted(new EtcdException(
                    CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "The parent of the watchers failed and is replaced")));

                // To the successor, by way of the supervisor. The subscriber remembers where it was.
                Context.Parent.Tell(new WatchesCommand.Subscribe(subscriber));
            }
            else
            {
                subscriber.End(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system has stopped"));
            }
        }
    }

    protected override void OnReceive(object message)
    {
        try
        {
            Handle(message);
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case WatchesCommand.Subscribe m:
                Subscribe(m.Subscriber);
                break;
            case WatchesCommand.Unsubscribe m:
                Unsubscribe(m.Subscriber);
                break;
            case WatcherDue m:
                if (m.Entry.Subscribers.Count > 0)
                {
                    StartWatcher(m.Entry);
                }

                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            case WatchesCommand or SessionEvent:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Subscribe(WatchSubscriber subscriber)
    {
        if (_entries.ContainsKey(subscriber))
        {
            return;
        }

        if (_entries.Count >= context.Options.Watches.MaxSubscribers)
        {
            subscriber.End(new CoordinationException(
                CoordinationErrorKind.LimitReached,
                $"'{subscriber.Spec.Keys}' cannot be watched: {context.Options.Watches.MaxSubscribers} subscribers watch in this process (Watches.MaxSubscribers)"));
            return;
        }

        var entry = EntryFor(subscriber.Spec);
        entry.Subscribers.Add(subscriber);
        _entries.Add(subscriber, entry);
        entry.Watcher?.Tell(new WatchMessage.Join(subscriber));
        if (subscriber.Actor is { } actor)
        {
            if (!_actors.TryGetValue(actor, out var subscriptions))
            {
                _actors.Add(actor, subscriptions = []);
                Context.Watch(actor);
            }

            subscriptions.Add(subscriber);
        }
    }

    private Entry EntryFor(WatchSpec spec)
    {
        if (spec.From == Revision.None && _shared.TryGetValue(spec, out var shared))
        {
            return shared;
        }

        var entry = new Entry(spec);
        if (spec.From == Revision.None)
        {
            _shared.Add(spec, entry);
        }

        StartWatcher(entry);
        return entry;
    }

    private void Unsubscribe(WatchSubscriber subscriber)
    {
        if (!_entries.Remove(subscriber, out var entry))
        {
            return;
        }

        entry.Subscribers.Remove(subscriber);
        if (entry.Subscribers.Count > 0)
        {
            entry.Watcher?.Tell(new WatchMessage.Leave(subscriber));
        }
        else
        {
            End(entry);
        }

        if (subscriber.Actor is { } actor && _actors.TryGetValue(actor, out var subscriptions) && subscriptions.Remove(subscriber) && subscriptions.Count == 0)
        {
            _actors.Remove(actor);
            Context.Unwatch(actor);
        }
    }

    private void End(Entry entry)
    {
        if (entry.IsShared)
        {
            _shared.Remove(entry.Spec);
        }

        if (entry.Watcher is { } watcher)
        {
            _watchers.Remove(watcher);
            Context.Stop(watcher);
        }
    }

    private void StartWatcher(Entry entry)
    {
        // A successor cannot go on where the failed one was, but it can say what is now; the subscribers know what was.
        var spec = entry.Failures == 0 ? entry.Spec : entry.Spec with { From = Revision.None };
        entry.Watcher = Context.ActorOf(WatcherActor.SharedPropsFor(context, spec with { PageSize = context.Options.Watches.ListPageSize }));
        Context.Watch(entry.Watcher);
        _watchers.Add(entry.Watcher, entry);
        foreach (var subscriber in entry.Subscribers)
        {
            entry.Watcher.Tell(new WatchMessage.Join(subscriber));
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (_watchers.Remove(actor, out var entry))
        {
            entry.Watcher = null;
            entry.Failures++;
            var error = new EtcdException(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, $"The watcher of '{entry.Spec.Keys}' failed and is replaced");
            foreach (var subscriber in entry.Subscribers)
            {
                subscriber.Take(new WatchEvent.Interrupted(error));
            }

            // Not at once: a failure that repeats itself must not become a hot loop.
            Timers.StartSingleTimer(entry, new WatcherDue(entry), BackoffPolicy.Default.After(entry.Failures, context.Random));
        }
        else if (_actors.Remove(actor, out var subscriptions))
        {
            foreach (var subscriber in subscriptions)
            {
                Unsubscribe(subscriber);
            }
        }
    }

    /// <summary>A watch and those who follow it.</summary>
    private sealed class Entry(WatchSpec spec)
    {
        public WatchSpec Spec => spec;

        public bool IsShared => spec.From == Revision.None;

        /// <summary>Null while its successor is awaited.</summary>
        public IActorRef? Watcher { get; set; }

        public HashSet<WatchSubscriber> Subscribers { get; } = [];

        public int Failures { get; set; }
    }

    private sealed record WatcherDue(Entry Entry);
}
