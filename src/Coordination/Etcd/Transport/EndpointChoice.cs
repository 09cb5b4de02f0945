namespace Coordination.Etcd.Transport;

/// <summary>
/// Which endpoint is used, pure: sticky until the one in use fails; then the next in order that has not failed lately, or, when all have, the one whose
/// failure is the longest ago. So one that hangs is not tried again only because the next one hiccups. Not thread-safe.
/// </summary>
internal sealed class EndpointChoice(int endpoints)
{
    /// <summary>How long a failure counts.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly TimeSpan?[] _failedAt = new TimeSpan?[endpoints];

    /// <summary>The endpoint in use.</summary>
    public int Current { get; private set; }

    /// <summary>An endpoint failed. Whether another one is used now: not when somebody moved on before.</summary>
    public bool MoveFrom(int failed, TimeSpan now)
    {
        _failedAt[failed] = now;
        if (failed != Current || endpoints == 1)
        {
            return false;
        }

        var others = Enumerable.Range(1, endpoints - 1).Select(step => (failed + step) % endpoints).ToList();
        Current = others.Cast<int?>().FirstOrDefault(other => !FailedLately(other!.Value, now)) ?? others.MinBy(other => _failedAt[other]);
        return true;
    }

    private bool FailedLately(int endpoint, TimeSpan now) => _failedAt[endpoint] is { } at && now - at < Memory;
}
