namespace Coordination.Actors;

/// <summary>
/// The two queues of an actor and its turn. System messages come first, also between two user messages; suspension stops user messages only.
/// Whoever sets <c>_scheduled</c> from 0 to 1 hands the mailbox to the dispatcher, so at most one thread is in <see cref="Execute"/>.
/// </summary>
internal sealed class Mailbox(ActorCell cell, ActorDispatcher dispatcher) : IThreadPoolWorkItem
{
    private UserQueue _user = new();
    private SystemMessage? _system;
    private int _scheduled;
    private int _suspended;
    private bool _closed;

    public bool IsClosed => _closed;

    public void Post(object message, IActorRef? sender)
    {
        _user.Enqueue(new Delivery(message, sender));
        if (Volatile.Read(ref _scheduled) == 0) TrySchedule();
    }

    public void PostSystem(SystemMessage message)
    {
        SystemMessage? last;
        do
        {
            last = Volatile.Read(ref _system);
            message.Next = last;
        }
        while (Interlocked.CompareExchange(ref _system, message, last) != last);
        if (Volatile.Read(ref _scheduled) == 0) TrySchedule();
    }

    /// <summary>Own turn only. Suspensions nest.</summary>
    public void Suspend() => _suspended++;

    /// <summary>Own turn only.</summary>
    public void Resume() => _suspended = Math.Max(0, _suspended - 1);

    /// <summary>Own turn only: everything that waits is a dead letter, and so is what still comes.</summary>
    public void Close()
    {
        _closed = true;
        Drain();
    }

    /// <summary>Own turn only.</summary>
    public void Prepend(IReadOnlyList<Envelope> envelopes) => _user.Prepend(envelopes);

    public void Execute()
    {
        var outer = ActorCell.Current;
        ActorCell.Current = cell;
        bool more;
        try
        {
            more = RunTurn();
        }
        finally
        {
            ActorCell.Current = outer;
        }

        if (more)
        {
            dispatcher.Yield(this);
            return;
        }

        Interlocked.Exchange(ref _scheduled, 0);
        if (HasWork) TrySchedule();
    }

    public override string ToString() => cell.Self.Path.ToStringWithUid();

    private bool HasWork => Volatile.Read(ref _system) is not null || ((_closed || _suspended == 0) && _user.HasMessages);

    private void TrySchedule()
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0) dispatcher.Schedule(this);
    }

    private bool RunTurn()
    {
        RunSystemMessages();
        for (var left = dispatcher.Throughput; left > 0 && _suspended == 0 && !_closed; left--)
        {
            if (_user.Dequeue() is not { } delivery) return false;
            cell.Invoke(delivery);
            if (Volatile.Read(ref _system) is not null) RunSystemMessages();
        }

        if (!_closed) return HasWork;
        Drain();
        return false;
    }

    private void Drain()
    {
        while (_user.Dequeue() is { Message: { } message } delivery)
        {
            cell.SystemImpl.DeadLetterRef.Refuse(message, delivery.Sender, cell.Self);
            delivery.Clear();
        }
    }

    private void RunSystemMessages()
    {
        while (Interlocked.Exchange(ref _system, null) is { } newest)
        {
            for (var message = SystemMessage.InOrder(newest); message is not null;)
            {
                var next = message.Next;
                message.Next = null;
                if (_closed) cell.RefuseSystem(message);
                else cell.InvokeSystem(message);
                message = next;
            }
        }
    }
}
