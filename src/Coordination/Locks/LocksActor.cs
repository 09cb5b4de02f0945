using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;

namespace Coordination.Locks;

/// <summary>
/// The parent of all LockActors: makes one for each key that is used, passes messages on, forgets those that are idle. A LockActor that fails is
/// replaced by one that first removes what the failed one may have left in etcd.
/// </summary>
internal sealed class LocksActor(CoordinationContext context) : UntypedActor
{
    private readonly Dictionary<Bytes, Entry> _locks = [];
    private readonly Dictionary<IActorRef, Bytes> _keys = [];
    private LeaseValidity? _lease;

    public static Props PropsFor(CoordinationContext context) => Props.Create(() => new LocksActor(context));

    // Its callers have been answered by PostStop; what it left in etcd is for its successor to remove.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "LockActor");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LocksCommand.ForKey m:
                Forward(m);
                break;
            case LocksCommand.SessionOpened m:
                _lease = m.Lease;
                Broadcast(m);
                break;
            case LocksCommand.SessionLost m:
                _lease = null;
                Broadcast(m);
                break;
            // One that asks again before it was answered has messages held for it already.
            case LocksCommand.Passivate m when _locks.TryGetValue(m.Key, out var entry) && entry.Ref.Equals(Sender) && entry.Held is null:
                entry.Held = new Queue<(LocksCommand.ForKey, IActorRef)>();
                entry.Ref.Tell(new LocksCommand.EndIfIdle());
                break;
            case LocksCommand.StillBusy m when _locks.TryGetValue(m.Key, out var entry) && entry.Ref.Equals(Sender):
                Flush(entry);
                break;
            case LocksCommand:
                break;
            case LeaseMessage.Verify m:
                Context.Parent.Tell(m);
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Forward(LocksCommand.ForKey m)
    {
        if (!_locks.TryGetValue(m.Key, out var entry))
        {
            switch (m)
            {
                // Nobody holds what has no actor.
                case LocksCommand.Release:
                    Sender.Tell(new LockReply.Released());
                    return;
                case LocksCommand.Cancel:
                    return;
                case LocksCommand.Acquire when _locks.Count >= context.Options.Locks.MaxLocks:
                    Sender.Tell(Refused(m.Key, $"{context.Options.Locks.MaxLocks} locks are in use in this process (Locks.MaxLocks)"));
                    return;
            }

            entry = Create(m.Key, recover: false);
        }

        if (entry.Held is null)
        {
            entry.Ref.Forward(m);
        }
        else if (m is not LocksCommand.Acquire || entry.Held.Count < context.Options.Locks.MaxWaiters)
        {
            entry.Held.Enqueue((m, Sender));
        }
        else
        {
            Sender.Tell(Refused(m.Key, $"{context.Options.Locks.MaxWaiters} requests already wait for it in this process (Locks.MaxWaiters)"));
        }
    }

    private static LockReply.Failed Refused(Bytes key, string why) =>
        new(new CoordinationException(CoordinationErrorKind.LimitReached, $"The lock '{key}' cannot be asked for: {why}"));

    private Entry Create(Bytes key, bool recover)
    {
        var entry = new Entry(Context.ActorOf(LockActor.PropsFor(context, key, _lease, recover)));
        Context.Watch(entry.Ref);
        _locks.Add(key, entry);
        _keys.Add(entry.Ref, key);
        return entry;
    }

    private void OnTerminated(IActorRef actor)
    {
        if (!_keys.Remove(actor, out var key) || !_locks.Remove(key, out var entry))
        {
            return;
        }

        var failed = entry.Held is null;
        if (failed || entry.Held!.Count > 0)
        {
            Create(key, recover: failed).Held = entry.Held;
            Flush(_locks[key]);
        }
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

    private void Broadcast(LocksCommand message)
    {
        foreach (var entry in _locks.Values)
        {
            entry.Ref.Tell(message);
        }
    }

    /// <summary>A key's actor. While it is being asked whether it can end, its messages are held.</summary>
    private sealed class Entry(IActorRef actor)
    {
        public IActorRef Ref { get; } = actor;

        public Queue<(LocksCommand.ForKey Message, IActorRef Sender)>? Held { get; set; }
    }
}
