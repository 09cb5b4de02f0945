using Akka.Configuration;
using Akka.Coordination;
using Coordination.Plugins;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>Actor systems whose coordination lives on the server of a test.</summary>
internal static class PluginActors
{
    public const string LeasePath = "akka.coordination.lease.etcd";

    public static ActorSystem Start(Uri endpoint, string more = "", string name = "plugins") => ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
        {{more}}
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        coordination.etcd.endpoints = ["{{endpoint.GetLeftPart(UriPartial.Authority)}}"]
        """).WithFallback(EtcdLease.DefaultConfiguration));

    /// <summary>With a short heartbeat timeout.</summary>
    public static ActorSystem StartShort(Uri endpoint, string more = "") => Start(endpoint, $$"""
        {{LeasePath}} { heartbeat-timeout = 3s, heartbeat-interval = 1s }
        {{more}}
        """);

    /// <summary>The lease at another path.</summary>
    public static string LeaseAt(string path, string timeout) =>
        $"{path} {{ lease-class = \"{typeof(EtcdLease).AssemblyQualifiedName}\", heartbeat-timeout = {timeout}, heartbeat-interval = 1s }}";

    public static EtcdLease Lease(this ActorSystem actors, string name, string owner, string path = LeasePath) =>
        (EtcdLease)LeaseProvider.Get(actors).GetLease(name, path, owner);
}
