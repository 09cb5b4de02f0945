namespace Coordination.Actors;

/// <summary>An actor whose handlers are declared by message type, in the constructor and in Become. The first match wins.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private readonly Stack<MessageHandlers> _configuring = new(1);
    private readonly MessageHandlers _initial;

    /// <summary>Begins the declaration of the first behaviour.</summary>
    protected ReceiveActor()
    {
        _initial = new MessageHandlers(Unhandled);
        _configuring.Push(_initial);
    }

    /// <inheritdoc/>
    protected sealed override void OnReceive(object message) => _initial.Handle(message);

    /// <summary>Replaces the behaviour by the handlers that the action declares.</summary>
    protected void Become(Action configure) => Become(Configure(configure));

    /// <summary>Puts the handlers that the action declares on the stack.</summary>
    protected void BecomeStacked(Action configure) => BecomeStacked(Configure(configure));

    /// <summary>Handles messages of a type, if the predicate wants them.</summary>
    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Handlers.Add(handler, shouldHandle);

    /// <summary>Handles messages of a type that the predicate wants.</summary>
    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Handlers.Add(handler, shouldHandle);

    /// <summary>Handles messages of a type; the handler returns false for those it does not want.</summary>
    protected void Receive<T>(Func<T, bool> handler) => Handlers.Add(handler);

    /// <summary>Handles messages of a type, if the predicate wants them.</summary>
    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Handlers.Add(messageType, handler, shouldHandle);

    /// <summary>Handles messages of a type that the predicate wants.</summary>
    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
        Handlers.Add(messageType, handler, shouldHandle);

    /// <summary>Handles messages of a type; the handler returns false for those it does not want.</summary>
    protected void Receive(Type messageType, Func<object, bool> handler) => Handlers.Add(messageType, handler);

    /// <summary>Handles all other messages. Nothing can be added after it.</summary>
    protected void ReceiveAny(Action<object> handler) => Handlers.Add(handler, null);

    /// <summary>Handles all other messages with a task. Nothing can be added after it.</summary>
    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    /// <summary>Handles messages of a type with a task. The mailbox is suspended until the task is done.</summary>
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Handlers.Add(message => AsyncTurn.Run(this, () => handler(message)), shouldHandle);

    /// <summary>Handles messages of a type that the predicate wants with a task. The mailbox is suspended until the task is done.</summary>
    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    /// <summary>Handles messages of a type with a task. The mailbox is suspended until the task is done.</summary>
    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Handlers.Add(messageType, message => AsyncTurn.Run(this, () => handler(message)), shouldHandle);

    /// <summary>Handles messages of a type that the predicate wants with a task. The mailbox is suspended until the task is done.</summary>
    protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    /// <summary>The declaration of the first behaviour ends with the constructor.</summary>
    internal void EndConfiguration() => _configuring.Clear();

    private MessageHandlers Handlers => _configuring.TryPeek(out var handlers)
        ? handlers
        : throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");

    private UntypedReceive Configure(Action configure)
    {
        var handlers = new MessageHandlers(Unhandled);
        _configuring.Push(handlers);
        try
        {
            configure();
        }
        finally
        {
            if (_configuring.Count > 0) _configuring.Pop();
        }

        return handlers.Handle;
    }
}
