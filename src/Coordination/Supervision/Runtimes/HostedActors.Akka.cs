namespace Coordination.Supervision;

/// <summary>The actor system of a coordination system that has no host's to live in: on Akka.NET.</summary>
internal static class HostedActors
{
    // The coordination system ends it; a hook of its own at the end of the process would race with that.
    private const string Settings = """
        akka.loglevel = WARNING
        akka.stdout-loglevel = OFF
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        """;

    /// <summary>Akka.NET has its own clock and its own log configuration.</summary>
    public static ActorSystem Create(CoordinationOptions options) => ActorSystem.Create(options.Name, ConfigurationFactory.ParseString(Settings));
}
