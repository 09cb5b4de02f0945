using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Locks;

/// <summary>
/// The parent of all LockActors: makes one for each key that is used, passes messages on, forgets those that are idle. A LockActor that fails is
/// replaced by one that first removes what the failed one may have left in etcd.
/// </summary>
internal sealed class LocksActor(CoordinationContext context) : UntypedActor, IWithTimers
{
    private readonly Dictionary<LockId, Entry> _locks = [];
    private readonly Dictionary<IActorRef, LockId> _keys = [];
    private LeaseValidity? _lease;
    private IActorRef? _inbox;
    private bool _isInboxOpen;
    private bool _isClosing;

    public ITimerScheduler Timers { get; set; } = null!;

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
            case SessionEvent.Opened m:
                _lease = m.Lease;
                CloseInbox();
                Broadcast(m);
                break;
            case SessionEvent.Lost m:
                _lease = null;
                CloseInbox();
                Broadcast(m);
                break;
            // One that asks again before it was answered has messages held for it already.
            case LocksCommand.Passivate m when _locks.TryGetValue(m.Lock, out var entry) && entry.Ref.Equals(Sender) && entry.Held is null:
                entry.Held = new Queue<(LocksCommand.ForKey, IActorRef)>();
                entry.Ref.Tell(new LocksCommand.EndIfIdle());
                break;
            case LocksCommand.StillBusy m when _locks.TryGetValue(m.Lock, out var entry) && entry.Ref.Equals(Sender):
                Flush(entry);
                break;
            case LocksCommand.WantInbox when _inbox is null && _lease is not null && !_isClosing:
                _inbox = Context.ActorOf(InboxActor.PropsFor(context, _lease.Id));
                Context.Watch(_inbox);
                break;
            case LocksCommand.InboxOpened m when Sender.Equals(_inbox):
                _isInboxOpen = true;
                Broadcast(new LockMessage.InboxOpened(m.Lease));
                break;
            case LocksCommand.InboxClosed when Sender.Equals(_inbox):
                _isInboxOpen = false;
                Broadcast(new LockMessage.InboxClosed());
                break;
            case LocksCommand.HistoryReplaced when Sender.Equals(_inbox):
                Broadcast(new LockMessage.HistoryReplaced());
                break;
            case LocksCommand.Noted m when Sender.Equals(_inbox) && _locks.TryGetValue(m.Lock, out var entry):
                entry.Ref.Tell(m.Message);
                break;
            case LocksCommand.Close:
                Close();
                break;
            case LocksCommand:
                break;
            case LeaseMessage m:
                Context.Parent.Tell(m);
                break;
            case SuccessorDue m:
                OnSuccessorDue(m.Lock);
                break;
            case Terminated m when m.ActorRef.Equals(_inbox):
                _inbox = null;
                CloseInbox();
                Broadcast(new LockMessage.InboxClosed());
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
        if (!_locks.TryGetValue(m.Lock, out var entry))
        {
            switch (m)
            {
                // Nobody holds what has no actor.
                case LocksCommand.Release:
                    Sender.Tell(new LockReply.Released());
                    return;
                case LocksCommand.Cancel:
                    return;
                case LocksCommand.Acquire when _isClosing:
                    Sender.Tell(m.Refusal(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")));
                    return;
                case LocksCommand.Acquire when _locks.Count >= context.Options.Locks.MaxLocks:
                    Sender.Tell(Refused(m.Key, $"{context.Options.Locks.MaxLocks} locks are in use in this process (Locks.MaxLocks)"));
                    return;
            }

            entry = Add(m.Lock, new Entry(ActorRefs.Nobody), recover: false);
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

    private Entry Add(LockId key, Entry entry, bool recover)
    {
        entry.Ref = Context.ActorOf(LockActor.PropsFor(context, key, _lease, recover, _isInboxOpen));
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

        if (_isClosing)
        {
            RefuseHeld(entry);
            EndIfEmpty();
            return;
        }

        if (entry.Held is null)
        {
            // It failed. Its successor does not come at once: a failure that repeats itself must not become a hot loop.
            var successor = new Entry(ActorRefs.Nobody) { Held = new Queue<(LocksCommand.ForKey, IActorRef)>(), Failures = entry.Failures + 1 };
            _locks.Add(key, successor);
            Timers.StartSingleTimer(key, new SuccessorDue(key), BackoffPolicy.Default.After(successor.Failures, Random.Shared));
        }
        else if (entry.Held.Count > 0)
        {
            var next = Add(key, new Entry(ActorRefs.Nobody) { Held = entry.Held }, recover: false);
            Flush(next);
        }
    }

    private void OnSuccessorDue(LockId key)
    {
        var entry = _locks[key];
        _locks.Remove(key);
        Flush(Add(key, entry, recover: true));
    }

    /// <summary>What lives on the session's lease goes with it; a lock with a lease of its own revokes it first.</summary>
    private void Close()
    {
        _isClosing = true;
        Timers.CancelAll();
        foreach (var (key, entry) in _locks.ToList())
        {
            if (entry.Ref.IsNobody())
            {
                _locks.Remove(key);
                RefuseHeld(entry);
            }
            else
            {
                entry.Ref.Tell(new LocksCommand.Close());
            }
        }

        EndIfEmpty();
    }

    private void EndIfEmpty()
    {
        if (_locks.Count == 0)
        {
            Context.Stop(Self);
        }
    }

    private static void RefuseHeld(Entry entry)
    {
        while (entry.Held is { } held && held.TryDequeue(out var waiting))
        {
            waiting.Sender.Tell(waiting.Message.Refusal(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")));
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

    private void CloseInbox()
    {
        _isInboxOpen = false;
        if (_inbox is { } inbox)
        {
            Context.Unwatch(inbox);
            Context.Stop(inbox);
            _inbox = null;
        }
    }

    private void Broadcast(object message)
    {
        foreach (var entry in _locks.Values)
        {
            entry.Ref.Tell(message);
        }
    }

    /// <summary>A key's actor. While it is being asked whether it can end, or its successor is awaited, its messages are held.</summary>
    private sealed class Entry(IActorRef actor)
    {
        public IActorRef Ref { get; set; } = actor;

        public int Failures { get; init; }

        public Queue<(LocksCommand.ForKey Message, IActorRef Sender)>? Held { get; set; }
    }

    private sealed record SuccessorDue(LockId Lock);
}
