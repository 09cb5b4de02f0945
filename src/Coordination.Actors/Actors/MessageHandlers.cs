namespace Coordination.Actors;

/// <summary>The handlers of one behaviour of a <see cref="ReceiveActor"/>, in the order they were added. The first match wins.</summary>
internal sealed class MessageHandlers(Action<object> unhandled)
{
    private Handler[] _handlers = [];
    private bool _catchesAll;

    /// <summary>Behaviour for untyped actors: always "handled", since what nobody took goes to the actor's Unhandled.</summary>
    public void Handle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.TryHandle(message)) return;
        }

        unhandled(message);
    }

    public void Add<T>(Action<T> handler, Predicate<T>? shouldHandle)
    {
        Add(new Typed<T>(handler, shouldHandle));
        if (typeof(T) == typeof(object) && shouldHandle is null) _catchesAll = true;
    }

    public void Add<T>(Func<T, bool> handler) => Add(new Asked<T>(handler));

    public void Add(Type type, Action<object> handler, Predicate<object>? shouldHandle)
    {
        Add(new ByType(type, m =>
        {
            if (shouldHandle is not null && !shouldHandle(m)) return false;
            handler(m);
            return true;
        }));
        if (type == typeof(object) && shouldHandle is null) _catchesAll = true;
    }

    public void Add(Type type, Func<object, bool> handler) => Add(new ByType(type, handler));

    private void Add(Handler handler)
    {
        if (_catchesAll) throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
        _handlers = [.. _handlers, handler];
    }

    private abstract class Handler
    {
        public abstract bool TryHandle(object message);
    }

    private sealed class Typed<T>(Action<T> handler, Predicate<T>? shouldHandle) : Handler
    {
        public override bool TryHandle(object message)
        {
            if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed))) return false;
            handler(typed);
            return true;
        }
    }

    private sealed class Asked<T>(Func<T, bool> handler) : Handler
    {
        public override bool TryHandle(object message) => message is T typed && handler(typed);
    }

    private sealed class ByType(Type type, Func<object, bool> handler) : Handler
    {
        public override bool TryHandle(object message) => type.IsInstanceOfType(message) && handler(message);
    }
}
