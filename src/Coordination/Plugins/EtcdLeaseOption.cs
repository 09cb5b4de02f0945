using System.Globalization;
using System.Text;
using Akka.Actor.Setup;
using Akka.Hosting;
using Akka.Hosting.Coordination;
using Coordination.Plugins;

namespace Coordination;

/// <summary>
/// The lease on etcd for Akka.Hosting: given to <c>ClusterSingletonOptions.LeaseImplementation</c>, <c>ShardOptions.LeaseImplementation</c> and
/// <c>LeaseMajorityOption.LeaseImplementation</c>, and applied by <see cref="PluginAkkaExtensions.WithEtcdLease(AkkaConfigurationBuilder, EtcdLeaseOption)"/>.
/// Can be bound to a section of an IConfiguration. What is null has the default of hocon/akka.conf.
/// </summary>
public sealed class EtcdLeaseOption : LeaseOptionBase
{
    /// <summary>The last part of the path of the configuration, for several leases with different times. Default <c>etcd</c>; letters, digits, '-' and '_'.</summary>
    public string Name { get; set; } = "etcd";

    /// <summary>How long a node that crashed, or that cannot reach etcd, keeps its leases. Default 10 s; 2 s to 1 h, whole seconds.</summary>
    public TimeSpan? HeartbeatTimeout { get; set; }

    /// <summary>The longest time between two renewals. Default: three tenths of the heartbeat timeout; at least 100 ms, less than half of the heartbeat timeout.</summary>
    public TimeSpan? HeartbeatInterval { get; set; }

    /// <summary>How long acquiring or releasing may take. Default 5 s; 10 ms to 10 min.</summary>
    public TimeSpan? LeaseOperationTimeout { get; set; }

    /// <summary>The prefix of the keys in etcd. Default <c>akka/leases/</c>; 1 to 256 characters.</summary>
    public string? KeyPrefix { get; set; }

    /// <inheritdoc/>
    public override string ConfigPath => $"akka.coordination.lease.{Name}";

    /// <inheritdoc/>
    public override Type Class => typeof(EtcdLease);

    /// <summary>Writes the configuration.</summary>
    /// <param name="builder">The actor system.</param>
    /// <param name="setup">Not used.</param>
    /// <exception cref="ArgumentException">The name cannot be used in a path.</exception>
    public override void Apply(AkkaConfigurationBuilder builder, Setup? setup = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PluginHocon.CheckName(Name, nameof(Name));
        var interval = HeartbeatInterval ?? HeartbeatTimeout * 0.3;
        var text = new StringBuilder();
        PluginHocon.Write(text, "heartbeat-timeout", HeartbeatTimeout);
        PluginHocon.Write(text, "heartbeat-interval", interval);
        PluginHocon.Write(text, "lease-operation-timeout", LeaseOperationTimeout);
        PluginHocon.Write(text, "key-prefix", KeyPrefix);
        builder.AddHocon(string.Create(CultureInfo.InvariantCulture, $"{ConfigPath} {{\n{text}}}\n"), HoconAddMode.Prepend);
        builder.AddHocon(PluginHocon.DefaultsAt(PluginDefaults.LeasePath, ConfigPath), HoconAddMode.Append);
    }
}
