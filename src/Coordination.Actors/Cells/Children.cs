namespace Coordination.Actors;

/// <summary>What an actor does once the children that shall die are dead.</summary>
internal enum ChildrenEnding
{
    /// <summary>Nothing: no child is stopping, or only because somebody wanted it.</summary>
    None,

    /// <summary>It was not created yet and tries again.</summary>
    Creation,

    /// <summary>It gets its new instance.</summary>
    Recreation,

    /// <summary>It ends.</summary>
    Termination,
}

/// <summary>
/// The children of an actor, by name. A name is taken until the child has stopped.
/// Locked, because actors of the system's guardian are started and selections are followed from any thread.
/// </summary>
internal sealed class Children
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    private Dictionary<string, ChildStats>? _byName;
    private int _dying;
    private long _generated;
    private ChildrenEnding _ending;
    private Exception? _cause;

    public bool IsTerminating => _ending == ChildrenEnding.Termination;

    /// <summary>True while the actor waits for children before it can get an instance again.</summary>
    public bool AwaitsInstance => _ending is ChildrenEnding.Creation or ChildrenEnding.Recreation;

    public LocalActorRef Add(string? name, Func<string, LocalActorRef> create)
    {
        lock (this)
        {
            if (IsTerminating) throw new InvalidOperationException("Cannot create child while terminating or terminated");
            _byName ??= new(StringComparer.Ordinal);
            name ??= GenerateName();
            if (_byName.ContainsKey(name)) throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            var child = create(name);
            _byName.Add(name, new ChildStats(child));
            return child;
        }
    }

    public ChildStats? Find(string name)
    {
        lock (this) return _byName?.GetValueOrDefault(name);
    }

    public ChildStats? Find(IActorRef child) => Find(child.Path.Name) is { } stats && ReferenceEquals(stats.Child, child) ? stats : null;

    public IReadOnlyList<LocalActorRef> All() => [.. AllStats().Select(stats => stats.Child)];

    public IReadOnlyList<ChildStats> AllStats()
    {
        lock (this) return _byName is null or { Count: 0 } ? [] : [.. _byName.Values];
    }

    /// <summary>Notes that a child is about to stop.</summary>
    public void ShallDie(IActorRef child)
    {
        lock (this)
        {
            if (Find(child) is not { Dying: false } stats) return;
            stats.Dying = true;
            _dying++;
        }
    }

    /// <summary>What to do when the last dying child is gone. False when there is none to wait for.</summary>
    public bool WaitFor(ChildrenEnding ending, Exception? cause = null)
    {
        lock (this)
        {
            if (_dying == 0 && ending != ChildrenEnding.Termination) return false;
            (_ending, _cause) = (ending, cause);
            return _dying > 0;
        }
    }

    /// <summary>A child has stopped; tells what to do if it was the last one that was waited for.</summary>
    public (ChildrenEnding Ended, Exception? Cause) Remove(IActorRef child)
    {
        lock (this)
        {
            if (Find(child) is not { } stats) return default;
            _byName!.Remove(child.Path.Name);
            if (!stats.Dying || --_dying > 0) return default;
            var ended = (_ending, _cause);
            if (!IsTerminating) (_ending, _cause) = (ChildrenEnding.None, null);
            return ended;
        }
    }

    private string GenerateName()
    {
        Span<char> name = stackalloc char[12];
        var length = 0;
        name[length++] = '$';
        for (var rest = _generated++; length == 1 || rest > 0; rest /= Digits.Length) name[length++] = Digits[(int)(rest % Digits.Length)];
        return name[..length].ToString();
    }
}
