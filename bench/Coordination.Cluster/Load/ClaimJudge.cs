using System.Collections.Concurrent;

namespace Coordination.Cluster.Load;

/// <summary>Looks whether two claims on one lock are ever held at the same time. All claims are of this process, so one clock and one order count.</summary>
internal sealed class ClaimJudge(Action<string> violation)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<ILockHandle, byte>> _claims = new();

    public long Lost;

    public void Acquired(string name, ILockHandle handle)
    {
        var claims = _claims.GetOrAdd(name, _ => new());
        foreach (var other in claims.Keys)
        {
            // What is held after the other was seen held was held with it: a claim that has ended never begins again.
            if (other.IsHeld && handle.IsHeld && other.IsHeld)
            {
                violation($"the lock {name} is held with token {other.Token} and with token {handle.Token}");
            }

            if (other.Token >= handle.Token)
            {
                violation($"the lock {name} got token {handle.Token} after token {other.Token}");
            }
        }

        claims[handle] = 0;
    }

    /// <summary>Its owner has finished with it; whether it was lost before.</summary>
    public void Ended(string name, ILockHandle handle)
    {
        if (handle.LossReason is not null)
        {
            Interlocked.Increment(ref Lost);
        }

        _claims[name].TryRemove(handle, out _);
    }
}
