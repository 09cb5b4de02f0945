namespace Coordination.Actors;

/// <summary>A message on its way: the one allocation of a Tell, and the node of the queue it waits in.</summary>
internal sealed class Delivery(object? message, IActorRef? sender)
{
    public Delivery? Next;

    public object? Message { get; private set; } = message;

    public IActorRef? Sender { get; private set; } = sender;

    /// <summary>The queue keeps its last node; that node must not keep a message alive.</summary>
    public void Clear() => (Message, Sender) = (null, null);
}
