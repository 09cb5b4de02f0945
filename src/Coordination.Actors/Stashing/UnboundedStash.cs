namespace Coordination.Actors;

/// <summary>The stash of one instance.</summary>
internal sealed class UnboundedStash(ActorCell cell) : IStash
{
    private readonly LinkedList<Envelope> _envelopes = new();
    private Delivery? _last;

    public int Count => _envelopes.Count;

    public bool IsEmpty => Count == 0;

    public bool NonEmpty => Count > 0;

    public bool IsFull => false;

    public int Capacity => -1;

    public void Stash()
    {
        if (cell.CurrentDelivery is not { Message: { } message } current) throw new IllegalActorStateException("There is no message to stash.");
        if (NonEmpty && ReferenceEquals(current, _last)) throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        _last = current;
        _envelopes.AddLast(new Envelope(message is TimerTick tick ? tick.Message : message, current.Sender));
    }

    public void Unstash()
    {
        if (_envelopes.First is not { } first) return;
        _envelopes.RemoveFirst();
        cell.Mailbox.Prepend([first.Value]);
    }

    public void UnstashAll() => UnstashAll(_ => true);

    public void UnstashAll(Func<Envelope, bool> predicate) => cell.Mailbox.Prepend([.. ClearStash().Where(predicate)]);

    public IEnumerable<Envelope> ClearStash()
    {
        Envelope[] all = [.. _envelopes];
        _envelopes.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse()) _envelopes.AddFirst(envelope);
    }
}
