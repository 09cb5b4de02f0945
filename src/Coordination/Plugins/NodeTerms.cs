using System.Net;
using Akka.Configuration;
using Coordination.Discovery.Layouts;

namespace Coordination.Plugins;

/// <summary>What a node registers itself as, read from its configuration and checked.</summary>
internal static class NodeTerms
{
    /// <summary>In the metadata of an instance: what its port is for.</summary>
    public const string PortName = "port-name";

    private const string Management = "akka.management.http";
    private const string Remoting = "akka.remote.dot-netty.tcp";

    /// <summary>This node; null when it does not register itself.</summary>
    /// <exception cref="ArgumentException">Something is out of range, or is neither said nor known; all problems are named.</exception>
    public static ServiceInstance? Of(Config config, ExtendedActorSystem actors)
    {
        if (!config.GetBoolean("register"))
        {
            return null;
        }

        var portName = config.GetString("port-name", "");
        var instance = new ServiceInstance
        {
            Service = Said(config.GetString("service-name")) ?? actors.Name,
            Host = Said(config.GetString("host")) ?? HostOf(actors),
            Port = config.GetInt("port") is var port && port != 0 ? port : PortOf(actors),
        };
        var problems = new OptionProblems();
        InstanceRules.Check(instance, problems);
        if (instance.Port == 0)
        {
            problems.Add("port", 0, "there is no akka.management.http.port and no remoting whose port could be taken; say one, or register = off");
        }

        if (portName.Length > InstanceRules.LongestText)
        {
            problems.Add(PortName, InstanceRules.Shorten(portName), $"allowed are up to {InstanceRules.LongestText} characters");
        }

        OptionProblems.ThrowIfAny($"The node in {PluginDefaults.DiscoveryPath}", problems.All, nameof(config));
        return portName.Length == 0 ? instance : instance with { Metadata = instance.Metadata.Add(PortName, portName) };
    }

    private static string HostOf(ExtendedActorSystem actors)
    {
        var config = actors.Settings.Config;
        return Said(config.GetString($"{Management}.hostname", "")) ?? Said(config.GetString($"{Remoting}.public-hostname", ""))
            ?? Said(actors.Provider.DefaultAddress.Host) ?? Dns.GetHostName();
    }

    private static int PortOf(ExtendedActorSystem actors) =>
        actors.Settings.Config.GetInt($"{Management}.port", 0) is var port && port != 0 ? port : actors.Provider.DefaultAddress.Port ?? 0;

    /// <summary>Null for what is not said: Akka's own defaults are placeholders, or addresses that say "everywhere".</summary>
    private static string? Said(string? text) => text is null or "" or "0.0.0.0" or "::" || text.StartsWith('<') ? null : text;
}
