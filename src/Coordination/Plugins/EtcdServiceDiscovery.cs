using System.Collections.Concurrent;
using System.Net;
using Akka.Configuration;
using Akka.Discovery;
using Resolving = Akka.Discovery.ServiceDiscovery;

namespace Coordination.Plugins;

/// <summary>
/// Akka's discovery method, on etcd: what <c>akka.discovery.etcd</c> names. A lookup is answered from a live view of the service, at once and without a request; the
/// first one of a service waits for the view. While etcd is away the last view answers. This node is registered, and stays registered until the actor system
/// leaves (phase <c>service-unbind</c>). Thread-safe.
/// </summary>
/// <remarks>
/// Nodes are instances of a service as <see cref="CoordinationSystem.Register"/> makes them (keys <c>/services/{service}/{host:port}</c>), so instances that are
/// registered in another way are found too. Draining ones are not. A lookup with a port name finds those that were registered with the same one; the protocol is ignored.
/// </remarks>
public sealed class EtcdServiceDiscovery : Resolving
{
    private readonly CoordinationSystem _system;
    private readonly ConcurrentDictionary<string, Lazy<IServiceDiscovery>> _views = new();

    /// <summary>Created by Akka, with the configuration of <c>akka.discovery.etcd</c>.</summary>
    /// <param name="system">The actor system.</param>
    /// <exception cref="ArgumentException">The node cannot be registered with these settings.</exception>
    public EtcdServiceDiscovery(ExtendedActorSystem system)
        : this(system, (system ?? throw new ArgumentNullException(nameof(system))).Settings.Config.GetConfig(PluginDefaults.DiscoveryPath))
    {
    }

    /// <summary>Created by Akka, with the configuration of another path.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="config">The block that names this class.</param>
    /// <exception cref="ArgumentException">The node cannot be registered with these settings.</exception>
    public EtcdServiceDiscovery(ExtendedActorSystem system, Config config)
    {
        ArgumentNullException.ThrowIfNull(system);
        _system = CoordinationExtension.For(system).System;
        var node = NodeTerms.Of((config ?? Config.Empty).WithFallback(PluginDefaults.Config.GetConfig(PluginDefaults.DiscoveryPath)), system);
        if (node is not null)
        {
            Registration = _system.Register(node);
        }
    }

    /// <summary>The registration of this node; null when it does not register itself.</summary>
    public IServiceRegistration? Registration { get; }

    /// <summary>The nodes of a service.</summary>
    /// <param name="lookup">The service and, when only ports of one kind are wanted, the port name.</param>
    /// <param name="resolveTimeout">How long to wait for the first view of the service; later lookups do not wait.</param>
    /// <exception cref="ArgumentException">The name cannot be that of a service.</exception>
    /// <exception cref="CoordinationException">There was no view within the time, the message says why; or there are too many services, or the system has stopped.</exception>
    public override async Task<Resolved> Lookup(Lookup lookup, TimeSpan resolveTimeout)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        var view = await ViewOf(lookup.ServiceName).WaitForViewAsync(resolveTimeout).ConfigureAwait(false);
        return new Resolved(lookup.ServiceName, view.Instances
            .Where(instance => instance.State != InstanceState.Draining && IsMeant(lookup, instance))
            .Select(instance => new ResolvedTarget(instance.Host, instance.Port, IPAddress.TryParse(instance.Host, out var address) ? address : null)));
    }

    private static bool IsMeant(Lookup lookup, ServiceInstance instance) =>
        string.IsNullOrEmpty(lookup.PortName) || instance.Metadata.GetValueOrDefault(NodeTerms.PortName) == lookup.PortName;

    private IServiceDiscovery ViewOf(string service)
    {
        var view = _views.GetOrAdd(service, static (service, system) => new Lazy<IServiceDiscovery>(() => system.Discover(service)), _system);
        try
        {
            return view.Value;
        }
        catch
        {
            // What failed once may work the next time.
            _views.TryRemove(new KeyValuePair<string, Lazy<IServiceDiscovery>>(service, view));
            throw;
        }
    }
}
