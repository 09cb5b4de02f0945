using Coordination.Resolving;
using Grpc.Net.Client.Balancer;

namespace Coordination;

/// <summary>
/// Resolves addresses such as <c>etcd:///greeter</c> for channels of Grpc.Net.Client: the path is the name of the service, the host does not matter. The addresses come from the
/// live view: changes are told at once, nothing is polled, and while etcd is away the last view is used. Thread-safe.
/// <para>
/// A channel gets the instances that serve and have a weight; when there are none, those that drain. Each address has the attributes of <see cref="EtcdBalancerAttributes"/>.
/// How to talk to them (<c>Credentials</c>) is the channel's matter; all instances of a service must speak the same.
/// </para>
/// </summary>
public sealed class EtcdResolverFactory : ResolverFactory
{
    /// <summary>The scheme when none is said: <c>etcd</c>.</summary>
    public const string DefaultScheme = "etcd";

    private readonly IServiceRegistry _registry;
    private readonly DiscoveryOptions? _discovery;

    /// <summary>Creates it; register it as a <see cref="ResolverFactory"/> in the channel's <c>ServiceProvider</c>.</summary>
    /// <param name="registry">The system. It stays its owner's.</param>
    /// <param name="scheme">The scheme of the addresses: letters, digits, <c>+</c>, <c>-</c> and <c>.</c>, a letter first.</param>
    /// <param name="discovery">Layout, scope and limits of the discoveries; null: the defaults.</param>
    /// <exception cref="ArgumentException">It is no scheme.</exception>
    public EtcdResolverFactory(IServiceRegistry registry, string scheme = DefaultScheme, DiscoveryOptions? discovery = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(scheme);
        (_registry, _discovery) = (registry, discovery);
        Name = Uri.CheckSchemeName(scheme)
            ? scheme
            : throw new ArgumentException($"The scheme is '{scheme}'; allowed are letters, digits, '+', '-' and '.', a letter first.", nameof(scheme));
    }

    /// <summary>The scheme.</summary>
    public override string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The path is no name of a service.</exception>
    public override Resolver Create(ResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var service = Uri.UnescapeDataString(options.Address.AbsolutePath.TrimStart('/'));
        return service.Length > 0
            ? new EtcdResolver(_registry.Discover(service, _discovery))
            : throw new ArgumentException($"The address '{options.Address}' names no service; allowed is {Name}:///service.", nameof(options));
    }
}
