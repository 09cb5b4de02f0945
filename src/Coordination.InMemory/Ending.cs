namespace Coordination.InMemory;

/// <summary>The end of a claim: told once, with its reason.</summary>
#pragma warning disable CA1001 // The source has no timer and no link: there is nothing to free.
internal sealed class Ending
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _lost = new();
    private int _reason = -1;

    public CancellationToken Lost => _lost.Token;

    public LossReason? Reason => Volatile.Read(ref _reason) is >= 0 and var reason ? (LossReason)reason : null;

    /// <summary>It was given back. False: it was over before.</summary>
    public bool Release() => Interlocked.CompareExchange(ref _reason, (int)LossReason.Released, -1) == -1;

    /// <summary>It is lost: callbacks run before this returns, so a test sees what they did. Not to be called inside the world's lock.</summary>
    public void Lose(LossReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, -1) == -1)
        {
            _lost.Cancel();
        }
    }
}
