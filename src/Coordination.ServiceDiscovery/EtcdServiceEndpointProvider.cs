using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;

namespace Coordination.ServiceDiscovery;

/// <summary>Makes a provider for each name that can be that of a service.</summary>
internal sealed class EtcdServiceEndpointProviderFactory(IServiceRegistry registry, DiscoveryOptions? options) : IServiceEndpointProviderFactory
{
    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        try
        {
            provider = new EtcdServiceEndpointProvider(registry.Discover(query.ServiceName, options), query.IncludedSchemes);
            return true;
        }
        catch (ArgumentException)
        {
            // A host name that no service can have.
            provider = null;
            return false;
        }
    }
}

/// <summary>The endpoints of one service, from its live view.</summary>
internal sealed class EtcdServiceEndpointProvider : IServiceEndpointProvider
{
    /// <summary>How long the first request waits for the first view.</summary>
    private static readonly TimeSpan FirstView = TimeSpan.FromSeconds(5);

    private readonly IServiceDiscovery _discovery;
    private readonly IReadOnlyList<string> _schemes;
    private readonly Task _following;
    private CancellationTokenSource _changed = new();

    public EtcdServiceEndpointProvider(IServiceDiscovery discovery, IReadOnlyList<string> schemes)
    {
        (_discovery, _schemes) = (discovery, schemes);
        _following = FollowAsync();
    }

    public async ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        if (endpoints.Endpoints.Count > 0)
        {
            return;
        }

        // Before the view is read: what comes after it is told by this token.
        var changed = Volatile.Read(ref _changed).Token;
        var view = _discovery.Current.IsKnown ? _discovery.Current : await _discovery.WaitForViewAsync(FirstView, cancellationToken).ConfigureAwait(false);
        endpoints.AddChangeToken(new CancellationChangeToken(changed));
        foreach (var instance in view.Instances.Where(instance => instance is { State: InstanceState.Serving, Weight: > 0 } && IsAllowed(instance.Scheme)))
        {
            endpoints.Endpoints.Add(ServiceEndpoint.Create(
                IPAddress.TryParse(instance.Host, out var ip) ? new IPEndPoint(ip, instance.Port) : new DnsEndPoint(instance.Host, instance.Port)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _discovery.Dispose();
        await _following.ConfigureAwait(false);
        _changed.Dispose();
    }

    /// <summary>An instance that does not say how to talk to it is taken for what the request wants.</summary>
    private bool IsAllowed(string? scheme) => scheme is null || _schemes.Count == 0 || _schemes.Contains(scheme, StringComparer.OrdinalIgnoreCase);

    /// <summary>Ends with the discovery.</summary>
    private async Task FollowAsync()
    {
        await foreach (var change in _discovery.ChangesAsync().ConfigureAwait(false))
        {
            using var before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            await before.CancelAsync().ConfigureAwait(false);
        }
    }
}
