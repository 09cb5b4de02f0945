using Akka.Hosting;

namespace Coordination;

/// <summary>Akka's own plug-ins on etcd, in the actor system that Akka.Hosting creates.</summary>
public static class PluginAkkaExtensions
{
    /// <summary>
    /// Registers the lease on etcd as <c>akka.coordination.lease.etcd</c>. To use it, say so where Akka asks for a lease: give the same options as
    /// <c>LeaseImplementation</c> to the singleton, the shards or the split brain resolver. Where etcd is, the options of
    /// <see cref="CoordinationAkkaExtensions.WithCoordination"/> say.
    /// </summary>
    /// <param name="akka">The actor system.</param>
    /// <param name="options">Times and keys; null: the defaults.</param>
    /// <returns>The same builder.</returns>
    public static AkkaConfigurationBuilder WithEtcdLease(this AkkaConfigurationBuilder akka, EtcdLeaseOption? options = null)
    {
        ArgumentNullException.ThrowIfNull(akka);
        (options ?? new EtcdLeaseOption()).Apply(akka);
        return akka;
    }

    /// <summary>See <see cref="WithEtcdLease(AkkaConfigurationBuilder, EtcdLeaseOption)"/>.</summary>
    /// <param name="akka">The actor system.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The same builder.</returns>
    public static AkkaConfigurationBuilder WithEtcdLease(this AkkaConfigurationBuilder akka, Action<EtcdLeaseOption> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new EtcdLeaseOption();
        configure(options);
        return akka.WithEtcdLease(options);
    }

    /// <summary>
    /// Looks services up in etcd by <c>akka.discovery.etcd</c>, and registers this node there when the actor system starts. So Akka.Management's cluster bootstrap
    /// finds its contact points.
    /// </summary>
    /// <param name="akka">The actor system.</param>
    /// <param name="options">What this node is; null: the defaults.</param>
    /// <returns>The same builder.</returns>
    public static AkkaConfigurationBuilder WithEtcdDiscovery(this AkkaConfigurationBuilder akka, EtcdDiscoveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(akka);
        options ??= new EtcdDiscoveryOptions();
        options.Apply(akka);
        return akka.AddStartup((actors, _) => Akka.Discovery.Discovery.Get(actors).LoadServiceDiscovery(options.ConfigPath));
    }

    /// <summary>See <see cref="WithEtcdDiscovery(AkkaConfigurationBuilder, EtcdDiscoveryOptions)"/>.</summary>
    /// <param name="akka">The actor system.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The same builder.</returns>
    public static AkkaConfigurationBuilder WithEtcdDiscovery(this AkkaConfigurationBuilder akka, Action<EtcdDiscoveryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new EtcdDiscoveryOptions();
        configure(options);
        return akka.WithEtcdDiscovery(options);
    }
}
