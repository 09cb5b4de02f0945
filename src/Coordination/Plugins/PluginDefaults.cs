using Akka.Configuration;

namespace Coordination.Plugins;

/// <summary>The reference configuration of the plug-ins, hocon/akka.conf.</summary>
internal static class PluginDefaults
{
    /// <summary>Where the lease is configured.</summary>
    public const string LeasePath = "akka.coordination.lease.etcd";

    /// <summary>The name of the discovery method.</summary>
    public const string DiscoveryMethod = "etcd";

    /// <summary>Where the discovery method is configured.</summary>
    public const string DiscoveryPath = "akka.discovery." + DiscoveryMethod;

    /// <summary>The whole file.</summary>
    public static Config Config { get; } = ConfigurationFactory.FromResource("Coordination.akka.conf", typeof(PluginDefaults).Assembly);
}
