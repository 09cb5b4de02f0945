namespace Coordination.Discovery.Balancing;

/// <summary>
/// A token bucket that grows with the requests, not with time: after n requests at most <c>burst + share × n</c> retries were allowed, however they fail. The idea is
/// Finagle's RetryBudget. Counted in thousandths, so that nothing is lost to rounding. Not thread-safe.
/// </summary>
internal sealed class RetryBudget(double share, int burst)
{
    private const long Retry = 1000;

    private readonly long _deposit = (long)Math.Round(share * Retry);
    private readonly long _most = burst * Retry;
    private long _tokens = burst * Retry;

    /// <summary>A request came, not counting its retries.</summary>
    public void Requested() => _tokens = Math.Min(_most, _tokens + _deposit);

    /// <summary>Takes one retry from the budget, if it has one.</summary>
    public bool TryTake()
    {
        if (_tokens < Retry)
        {
            return false;
        }

        _tokens -= Retry;
        return true;
    }
}
