using Coordination.Diagnostics;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Locks.Shared;

/// <summary>
/// The parent of all SharedLockActors: makes one for each name that is used, passes messages on, forgets those that are idle. A SharedLockActor that fails is
/// replaced by one that first removes what the failed one may have left in etcd.
/// </summary>
internal sealed class SharedLocksActor(CoordinationContext context) : UntypedActor, IWithTimers
{
    private readonly Dictionary<SharedLockName, Entry> _locks = [];
    private readonly Dictionary<IActorRef, SharedLockName> _names = [];
    private LeaseValidity? _lease;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Props.Create(() => new SharedLocksActor(context));

    // Its callers have been answered by PostStop; what it left in etcd is for its successor to remove.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "SharedLockActor");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SharedLocksCommand.ForName m:
                Forward(m);
                break;
            case SessionEvent.Opened m:
                _lease = m.Lease;
                Broadcast(m);
                break;
            case SessionEvent.Lost m:
                _lease = null;
                Broadcast(m);
                break;
            // One that asks again before it was answered has messages held for it already.
            case SharedLocksCommand.Passivate m when _locks.TryGetValue(m.Name, out var entry) && entry.Ref.Equals(Sender) && entry.Held is null:
                entry.Held = new Queue<(SharedLocksCommand.ForName, IActorRef)>();
                entry.Ref.Tell(new SharedLocksCommand.EndIfIdle());
                break;
            case SharedLocksCommand.StillBusy m when _locks.TryGetValue(m.Name, out var entry) && entry.Ref.Equals(Sender):
                Flush(entry);
                break;
            case SharedLocksCommand:
                break;
            case LeaseMessage m:
                Context.Parent.Tell(m);
                break;
            case SuccessorDue m:
                OnSuccessorDue(m.Name);
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Forward(SharedLocksCommand.ForName m)
    {
        if (!_locks.TryGetValue(m.Name, out var entry))
        {
            switch (m)
            {
                // Nobody holds what has no actor.
                case SharedLocksCommand.Release:
                    Sender.Tell(new SharedLockReply.Released());
                    return;
                case SharedLocksCommand.Cancel:
                    return;
                case SharedLocksCommand.Acquire when _locks.Count >= context.Options.Locks.MaxLocks:
                    Sender.Tell(Refused(m.Name, $"{context.Options.Locks.MaxLocks} shared locks are in use in this process (Locks.MaxLocks)"));
                    return;
            }

            entry = Add(m.Name, new Entry(ActorRefs.Nobody), recover: false);
        }

        if (entry.Held is null)
        {
            entry.Ref.Forward(m);
        }
        else if (m is not SharedLocksCommand.Acquire || entry.Held.Count < context.Options.Locks.MaxWaiters)
        {
            entry.Held.Enqueue((m, Sender));
        }
        else
        {
            Sender.Tell(Refused(m.Name, $"{context.Options.Locks.MaxWaiters} requests already wait for it in this process (Locks.MaxWaiters)"));
        }
    }

    private static SharedLockReply.Failed Refused(SharedLockName name, string why) =>
        new(new CoordinationException(CoordinationErrorKind.LimitReached, $"The lock '{name}' cannot be asked for: {why}"));

    private Entry Add(SharedLockName name, Entry entry, bool recover)
    {
        entry.Ref = Context.ActorOf(SharedLockActor.PropsFor(context, name, _lease, recover));
        Context.Watch(entry.Ref);
        _locks.Add(name, entry);
        _names.Add(entry.Ref, name);
        return entry;
    }

    private void OnTerminated(IActorRef actor)
    {
        if (!_names.Remove(actor, out var name) || !_locks.Remove(name, out var entry))
        {
            return;
        }

        if (entry.Held is null)
        {
            // It failed. Its successor does not come at once: a failure that repeats itself must not become a hot loop.
            var successor = new Entry(ActorRefs.Nobody) { Held = new Queue<(SharedLocksCommand.ForName, IActorRef)>(), Failures = entry.Failures + 1 };
            _locks.Add(name, successor);
            Timers.StartSingleTimer(name, new SuccessorDue(name), BackoffPolicy.Default.After(successor.Failures, Random.Shared));
        }
        else if (entry.Held.Count > 0)
        {
            var next = Add(name, new Entry(ActorRefs.Nobody) { Held = entry.Held }, recover: false);
            Flush(next);
        }
    }

    private void OnSuccessorDue(SharedLockName name)
    {
        var entry = _locks[name];
        _locks.Remove(name);
        Flush(Add(name, entry, recover: true));
    }

    private static void Flush(Entry entry)
    {
        var held = entry.Held;
        entry.Held = null;
        while (held is not null && held.TryDequeue(out var waiting))
        {
            entry.Ref.Tell(waiting.Message, waiting.Sender);
        }
    }

    private void Broadcast(SessionEvent message)
    {
        foreach (var entry in _locks.Values)
        {
            entry.Ref.Tell(message);
        }
    }

    /// <summary>A name's actor. While it is being asked whether it can end, or its successor is awaited, its messages are held.</summary>
    private sealed class Entry(IActorRef actor)
    {
        public IActorRef Ref { get; set; } = actor;

        public int Failures { get; init; }

        public Queue<(SharedLocksCommand.ForName Message, IActorRef Sender)>? Held { get; set; }
    }

    private sealed record SuccessorDue(SharedLockName Name);
}
