using Coordination.Hosting;

namespace Coordination;

/// <summary>
/// A coordination system in an actor system of the host, for programs that are made of actors and have no container:
/// <c>CoordinationExtension.For(actors).Gate.Tell(new SubscribeToService("greeter"))</c>. Options are the block <c>coordination</c> of the actor system's own
/// configuration. It ends in order when the actor system terminates (coordinated shutdown, phase <c>service-stop</c>).
/// </summary>
public sealed class CoordinationExtension : IExtension
{
    internal CoordinationExtension(ActorSystem actors)
    {
        System = CoordinationSystem.Start(HoconOptions.Read(actors.Settings.Config), host: actors);
        Gate = System.Gate;
        CoordinatedShutdown.Get(actors).AddTask(CoordinatedShutdown.PhaseServiceUnbind, "coordination-services", async () =>
        {
            await System.LeaveServicesAsync().ConfigureAwait(false);
            return Done.Instance;
        });
        CoordinatedShutdown.Get(actors).AddTask(CoordinatedShutdown.PhaseServiceStop, "coordination", async () =>
        {
            await System.DisposeAsync().ConfigureAwait(false);
            return Done.Instance;
        });
    }

    /// <summary>The coordination system; its stop is the actor system's.</summary>
    public CoordinationSystem System { get; }

    /// <summary>The actor to tell: <see cref="AcquireLock"/>, <see cref="Campaign"/>, <see cref="SubscribeToLeader"/>, <see cref="RegisterService"/>,
    /// <see cref="SubscribeToService"/>, <see cref="SubscribeToKeys"/>.</summary>
    public IActorRef Gate { get; }

    /// <summary>The one of an actor system; started at the first call.</summary>
    /// <param name="actors">The actor system.</param>
    /// <exception cref="ArgumentException">The block <c>coordination</c> is wrong; all problems are named.</exception>
    public static CoordinationExtension For(ActorSystem actors) => new Provider().Apply(actors);

    /// <summary>How the actor system finds and makes it.</summary>
    private sealed class Provider : ExtensionIdProvider<CoordinationExtension>
    {
        public override CoordinationExtension CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
