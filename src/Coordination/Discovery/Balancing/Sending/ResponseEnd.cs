namespace Coordination.Discovery.Balancing;

/// <summary>Tells once how a response ended.</summary>
internal sealed class ResponseEnd(Action<bool> ended)
{
    private int _told;

    /// <summary>Nobody wants more of it.</summary>
    public void Reached() => Tell(broken: false);

    /// <summary>The connection failed in the middle of it.</summary>
    public void Broke() => Tell(broken: true);

    private void Tell(bool broken)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            ended(broken);
        }
    }
}
