namespace Coordination.Actors;

/// <summary>
/// A queue with many producers and one consumer, without locks: a linked list with a swapped tail (D. Vyukov's MPSC queue).
/// In front of it a list that only the consumer uses, for messages that go back to the front.
/// </summary>
internal struct UserQueue
{
    private Delivery _head;
    private Delivery _tail;
    private Delivery? _front;

    public UserQueue() => _head = _tail = new Delivery(null, null);

    /// <summary>True when there is something to take. Exact for the consumer; for others a hint.</summary>
    public readonly bool HasMessages => _front is not null || !ReferenceEquals(_head, Volatile.Read(in _tail));

    /// <summary>Any thread. A full fence: what is read after it is not older than the new tail.</summary>
    public void Enqueue(Delivery delivery)
    {
        var previous = Interlocked.Exchange(ref _tail, delivery);
        Volatile.Write(ref previous.Next, delivery);
    }

    /// <summary>Consumer only.</summary>
    public Delivery? Dequeue()
    {
        if (_front is { } front)
        {
            _front = front.Next;
            front.Next = null;
            return front;
        }

        var next = Volatile.Read(ref _head.Next) ?? AwaitLink();
        if (next is not null) _head = next;
        return next;
    }

    /// <summary>Consumer only: puts messages before all others, in their order.</summary>
    public void Prepend(IReadOnlyList<Envelope> envelopes)
    {
        for (var i = envelopes.Count - 1; i >= 0; i--)
            _front = new Delivery(envelopes[i].Message, envelopes[i].Sender) { Next = _front };
    }

    // A producer has swapped the tail but not yet linked its node: it is two instructions away from doing so.
    private readonly Delivery? AwaitLink()
    {
        if (ReferenceEquals(_head, Volatile.Read(in _tail))) return null;
        var spin = new SpinWait();
        Delivery? next;
        while ((next = Volatile.Read(ref _head.Next)) is null) spin.SpinOnce(sleep1Threshold: -1);
        return next;
    }
}
