using System.Globalization;
using System.Text;
using Akka.Actor.Setup;
using Akka.Hosting;
using Coordination.Plugins;

namespace Coordination;

/// <summary>
/// The discovery method on etcd for Akka.Hosting, applied by <see cref="PluginAkkaExtensions.WithEtcdDiscovery(AkkaConfigurationBuilder, EtcdDiscoveryOptions)"/>.
/// Can be bound to a section of an IConfiguration. What is null has the default of hocon/akka.conf.
/// </summary>
public sealed class EtcdDiscoveryOptions : IDiscoveryOptions
{
    /// <summary>The name of the method: <c>akka.discovery.{this}</c>. Default <c>etcd</c>; letters, digits, '-' and '_'.</summary>
    public string ConfigPath { get; set; } = PluginDefaults.DiscoveryMethod;

    /// <inheritdoc/>
    public Type Class => typeof(EtcdServiceDiscovery);

    /// <summary>Whether it is <c>akka.discovery.method</c>, which Akka.Management's cluster bootstrap uses. Default true.</summary>
    public bool IsDefaultPlugin { get; set; } = true;

    /// <summary>Whether this node registers itself. Default true; false for a node that only looks others up.</summary>
    public bool? Register { get; set; }

    /// <summary>The service that this node is an instance of. Default: the name of the actor system.</summary>
    public string? ServiceName { get; set; }

    /// <summary>Where others reach this node. Default: the host of <c>akka.management</c> where it is configured, otherwise the host of Akka's remoting.</summary>
    public string? Host { get; set; }

    /// <summary>The port there, 1 to 65,535. Default: the port of <c>akka.management</c> where it is configured, otherwise the port of Akka's remoting.</summary>
    public int? Port { get; set; }

    /// <summary>What the port is for, when a service has several. Default: not said.</summary>
    public string? PortName { get; set; }

    /// <summary>Writes the configuration.</summary>
    /// <param name="builder">The actor system.</param>
    /// <param name="setup">Not used.</param>
    /// <exception cref="ArgumentException">The name cannot be used in a path.</exception>
    public void Apply(AkkaConfigurationBuilder builder, Setup? setup = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PluginHocon.CheckName(ConfigPath, nameof(ConfigPath));
        var text = new StringBuilder();
        PluginHocon.Write(text, "register", Register is { } register ? (register ? "on" : "off") : null);
        PluginHocon.Write(text, "service-name", ServiceName);
        PluginHocon.Write(text, "host", Host);
        PluginHocon.Write(text, "port", Port?.ToString(CultureInfo.InvariantCulture));
        PluginHocon.Write(text, "port-name", PortName);
        builder.AddHocon($"akka.discovery.{ConfigPath} {{\n{text}}}\n", HoconAddMode.Prepend);
        builder.AddHocon(PluginHocon.DefaultsAt(PluginDefaults.DiscoveryPath, $"akka.discovery.{ConfigPath}"), HoconAddMode.Append);
        if (IsDefaultPlugin)
        {
            builder.AddHocon($"akka.discovery.method = {ConfigPath}", HoconAddMode.Prepend);
        }
    }
}
