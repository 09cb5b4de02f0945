namespace Coordination.Supervision;

/// <summary>The actor system of a coordination system that has no host's to live in: on the built-in runtime.</summary>
internal static class HostedActors
{
    /// <summary>Time and logs are those of the options.</summary>
    public static ActorSystem Create(CoordinationOptions options) => BuiltInActorSystem.Create(
        options.Name, new BuiltInActorSystemOptions { TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory });
}
