namespace Coordination.Discovery.Balancing;

/// <summary>What a balancer needs of a discovery.</summary>
internal interface IServiceViews : IDisposable
{
    /// <summary>The newest view; never waits.</summary>
    ServiceView Current { get; }

    /// <summary>Something whenever <see cref="Current"/> may have changed, at once for the first time. Ends with the discovery.</summary>
    IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken);
}

/// <summary>The views of a discovery.</summary>
internal sealed class DiscoveredViews(IServiceDiscovery discovery) : IServiceViews
{
    public ServiceView Current => discovery.Current;

    public IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken) => discovery.ChangesAsync(cancellationToken);

    public void Dispose() => discovery.Dispose();
}
