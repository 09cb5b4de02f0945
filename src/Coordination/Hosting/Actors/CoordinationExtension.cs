using Akka.DependencyInjection;
using Coordination.Hosting;
using Coordination.Plugins;

namespace Coordination;

/// <summary>
/// The coordination system in an actor system of the host: <c>CoordinationExtension.For(actors).Actor.Tell(new ServiceRequest.Subscribe("greeter"))</c>. It ends in order
/// with the actor system (<see cref="CoordinationSystem.Start"/>).
/// </summary>
/// <remarks>
/// Options come from, each overriding the ones before: the defaults; the block <c>coordination</c> of the actor system's own configuration; then, when the actor system
/// belongs to a container, what <see cref="CoordinationBuilder"/> describes, and else the environment; a <see cref="CoordinationSetup"/>.
/// </remarks>
public sealed class CoordinationExtension : IExtension
{
    private readonly ActorSystem _actors;
    private readonly IServiceProvider _services;
    private readonly CoordinationRegistration _registration;

    private CoordinationExtension(ActorSystem actors, IServiceProvider services, CoordinationRegistration registration)
    {
        // Who only names akka.coordination.lease.etcd or akka.discovery.etcd finds their defaults.
        actors.Settings.InjectTopLevelFallback(PluginDefaults.Config);
        (_actors, _services, _registration) = (actors, services, registration);
        System = registration.Start(services, actors);
    }

    /// <summary>The coordination system; it stops with the actor system.</summary>
    public CoordinationSystem System { get; }

    /// <summary>The actor to tell, see <see cref="CoordinationSystem.Actor"/>.</summary>
    public IActorRef Actor => System.Actor;

    /// <summary>The coordination system of an actor system; started at the first call.</summary>
    /// <param name="actors">The actor system.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message names all problems.</exception>
    public static CoordinationExtension For(ActorSystem actors) => new Provider().Apply(actors);

    /// <summary>Starts another system with the same options but for what is changed. Who starts it ends it.</summary>
    internal CoordinationSystem StartBeside(Func<CoordinationOptions, CoordinationOptions> change) => _registration.StartBeside(_services, _actors, change);

    /// <summary>The one of an actor system, made as a container says if it is not there yet.</summary>
    internal static CoordinationExtension For(ActorSystem actors, IServiceProvider services, CoordinationRegistration registration) =>
        new Provider(services, registration).Apply(actors);

    private static IServiceProvider ServicesOf(ActorSystem actors) =>
        actors.Settings.Setup.Get<DependencyResolverSetup>() is { HasValue: true } container
            ? container.Value.DependencyResolver.GetService<IServiceProvider>()
            : new NoServices();

    /// <summary>How the actor system finds and makes it.</summary>
    private sealed class Provider(IServiceProvider? services = null, CoordinationRegistration? registration = null) : ExtensionIdProvider<CoordinationExtension>
    {
        public override CoordinationExtension CreateExtension(ExtendedActorSystem system)
        {
            var container = services ?? ServicesOf(system);
            return new(system, container, registration ?? CoordinationRegistration.OfContainer(container));
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
