using Coordination.Locks.Line;
using Coordination.Time;

namespace Coordination.Supervision;

/// <summary>
/// The children of an actor, one for each key that is used: starts them, passes requests on, lets those that are idle end, and replaces those that failed by
/// successors, after a pause. While a child is asked whether it can end, or its successor is awaited, its requests
/// are held. Used inside the turns of its owner only.
/// </summary>
/// <param name="owner">
/// The actor: it passes on what its timers bring (<see cref="SuccessorDue{TKey}"/>, <see cref="IdleDue"/>), and what was <see cref="Terminated"/>.
/// </param>
/// <param name="clock">Says how long children have been idle.</param>
/// <param name="random">Spreads the successors.</param>
/// <param name="idleTimeout">A child that has been idle for so long is asked to end.</param>
/// <param name="endIfIdle">What it is asked with. Its answer is its end, or <see cref="Keep"/>.</param>
/// <param name="start">Starts and watches the child of a key.</param>
/// <param name="failed">Called when the child of a key has failed.</param>
internal sealed class KeyedChildren<TKey, TRequest>(
    IWithTimers owner, MonotonicClock clock, Random random, TimeSpan idleTimeout, object endIfIdle, Func<TKey, IActorRef> start, Action<TKey> failed)
    where TKey : notnull
    where TRequest : IAnsweredRequest
{
    private readonly DelayLine<(Child Child, long Uses)> _idle = new(owner, clock, idleTimeout, new IdleDue());
    private readonly Dictionary<TKey, Child> _children = [];
    private readonly Dictionary<IActorRef, TKey> _keys = [];

    public int Count => _children.Count;

    public bool IsClosing { get; private set; }

    public bool Contains(TKey key) => _children.ContainsKey(key);

    /// <summary>Whether a request would be passed on at once, or fewer than so many are held.</summary>
    public bool HasRoom(TKey key, int mostHeld) => !_children.TryGetValue(key, out var child) || child.Held is null || child.Held.Count < mostHeld;

    /// <summary>Passes a request on, to a new child if there is none, or holds it.</summary>
    public void Pass(TKey key, TRequest request, IActorRef sender)
    {
        var child = _children.GetValueOrDefault(key) ?? Start(key, new Child());
        child.Uses++;
        if (child.Held is null)
        {
            child.Ref.Tell(request, sender);
        }
        else
        {
            child.Held.Enqueue((request, sender));
        }
    }

    public void Tell(TKey key, object message)
    {
        if (_children.TryGetValue(key, out var child))
        {
            child.Ref.Tell(message);
        }
    }

    public void TellAll(object message)
    {
        foreach (var child in _children.Values)
        {
            child.Ref.Tell(message);
        }
    }

    /// <summary>A child says that it is idle: if nothing is passed on to it for a while, it is asked to end.</summary>
    public void OnIdle(TKey key, IActorRef sender)
    {
        if (Of(key, sender) is { Held: null } child)
        {
            var isWatched = child.IdleSince is not null;
            child.IdleSince = child.Uses;
            if (!isWatched)
            {
                _idle.Add((child, child.Uses));
            }
        }
    }

    public void OnIdleDue()
    {
        foreach (var (child, uses) in _idle.Take())
        {
            var isIdle = child.IdleSince == child.Uses && child.Held is null;
            if (isIdle && child.Uses == uses)
            {
                child.Held = [];
                child.Ref.Tell(endIfIdle);
            }

            // Used since, and idle again: it has its time once more.
            child.IdleSince = isIdle && child.Uses != uses ? child.Uses : null;
            if (child.IdleSince is not null)
            {
                _idle.Add((child, child.Uses));
            }
        }
    }

    /// <summary>A child that was asked to end has work again.</summary>
    public void Keep(TKey key, IActorRef sender)
    {
        if (Of(key, sender) is { } child)
        {
            Flush(child);
        }
    }

    public void OnTerminated(IActorRef actor)
    {
        if (!_keys.Remove(actor, out var key) || !_children.Remove(key, out var child))
        {
            return;
        }

        if (IsClosing)
        {
            RefuseHeld(child);
        }
        else if (child.Held is null)
        {
            // It failed, and nobody asked it to end. Its successor does not come at once: a failure that repeats itself must not become a hot loop.
            var successor = new Child { Held = [], Failures = child.Failures + 1 };
            _children.Add(key, successor);
            failed(key);
            owner.Timers.StartSingleTimer(key, new SuccessorDue<TKey>(key), BackoffPolicy.Default.After(successor.Failures, random));
        }
        else if (child.Held.Count > 0)
        {
            Flush(Start(key, new Child { Held = child.Held }));
        }
    }

    public void OnSuccessorDue(TKey key)
    {
        _children.Remove(key, out var child);
        Flush(Start(key, child!));
    }

    /// <summary>Tells all to end; what waits for a successor is refused.</summary>
    public void Close(object close)
    {
        IsClosing = true;
        owner.Timers.CancelAll();
        foreach (var (key, child) in _children.ToList())
        {
            if (child.Ref.IsNobody())
            {
                _children.Remove(key);
                RefuseHeld(child);
            }
            else
            {
                child.Ref.Tell(close);
            }
        }
    }

    private Child? Of(TKey key, IActorRef sender) => _children.TryGetValue(key, out var child) && child.Ref.Equals(sender) ? child : null;

    private Child Start(TKey key, Child child)
    {
        child.Ref = start(key);
        _children.Add(key, child);
        _keys.Add(child.Ref, key);
        return child;
    }

    private static void RefuseHeld(Child child)
    {
        while (child.Held is { } held && held.TryDequeue(out var waiting))
        {
            waiting.Sender.Tell(waiting.Request.Refusal(Refusals.Stopping()));
        }
    }

    private static void Flush(Child child)
    {
        var held = child.Held;
        child.Held = null;
        while (held is not null && held.TryDequeue(out var waiting))
        {
            child.Ref.Tell(waiting.Request, waiting.Sender);
        }
    }

    private sealed class Child
    {
        public IActorRef Ref { get; set; } = ActorRefs.Nobody;

        public int Failures { get; init; }

        /// <summary>How many requests were passed on to it.</summary>
        public long Uses { get; set; }

        /// <summary>After how many of them it last said that it is idle; null while nobody looks whether it stays so.</summary>
        public long? IdleSince { get; set; }

        public Queue<(TRequest Request, IActorRef Sender)>? Held { get; set; }
    }
}

/// <summary>The successor of a child that failed is to be started.</summary>
internal sealed record SuccessorDue<TKey>(TKey Key);

/// <summary>It is time to see who has been idle for long.</summary>
internal sealed record IdleDue;
