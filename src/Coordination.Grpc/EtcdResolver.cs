using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace Coordination.Resolving;

/// <summary>The addresses of one service, from its live view. Ends with the discovery.</summary>
internal sealed class EtcdResolver(IServiceDiscovery discovery) : Resolver
{
    /// <summary>How long calls wait for the first view before they are told that there is none.</summary>
    private static readonly TimeSpan FirstView = TimeSpan.FromSeconds(5);

    private Task? _following;

    public override void Start(Action<ResolverResult> listener) => _following ??= FollowAsync(listener);

    protected override void Dispose(bool disposing)
    {
        discovery.Dispose();
        base.Dispose(disposing);
    }

    private async Task FollowAsync(Action<ResolverResult> listener)
    {
        // The channel holds its lock while it starts this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await TellFirstAsync(listener).ConfigureAwait(false);
            ServiceInstance[]? told = null;
            await foreach (var change in discovery.ChangesAsync().ConfigureAwait(false))
            {
                var view = discovery.Current;
                if (view.IsKnown && Eligible(view) is var now && (told is null || !now.SequenceEqual(told)))
                {
                    told = now;
                    listener(now.Length > 0
                        ? ResolverResult.ForResult([.. now.Select(AddressOf)])
                        : ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"The service '{view.Service}' has no instance that takes requests.")));
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The channel is.
        }
    }

    /// <summary>Calls do not wait for ever when etcd cannot be read.</summary>
    private async Task TellFirstAsync(Action<ResolverResult> listener)
    {
        try
        {
            await discovery.WaitForViewAsync(FirstView).ConfigureAwait(false);
        }
        catch (CoordinationException error)
        {
            listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, error.Message, error)));
        }
    }

    /// <summary>Who may get calls, each address once.</summary>
    private static ServiceInstance[] Eligible(ServiceView view)
    {
        var weighty = view.Instances.Where(instance => instance.Weight > 0).DistinctBy(instance => instance.Address).ToLookup(instance => instance.State);
        return [.. weighty.Contains(InstanceState.Serving) ? weighty[InstanceState.Serving] : weighty[InstanceState.Draining]];
    }

    private static BalancerAddress AddressOf(ServiceInstance instance)
    {
        var address = new BalancerAddress(instance.Host, instance.Port);
        address.Attributes.Set(EtcdBalancerAttributes.Weight, instance.Weight);
        address.Attributes.Set(EtcdBalancerAttributes.Draining, instance.State == InstanceState.Draining);
        if (instance.Zone is { } zone)
        {
            address.Attributes.Set(EtcdBalancerAttributes.Zone, zone);
        }

        return address;
    }
}
