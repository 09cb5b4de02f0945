using Akka.Hosting;
using Coordination.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordination;

/// <summary>Coordination in the actor system that Akka.Hosting creates.</summary>
public static class CoordinationAkkaExtensions
{
    // Akka's own hook would begin the shutdown beside the host's, before the host has stopped what uses the actors. Whoever wants it turns it on after this.
    // Before what was added so far: HOCON that Akka.Hosting reads from an IConfiguration has all of Akka's own defaults in it, also the one that turns it on.
    private const string HostEndsIt = "akka.coordinated-shutdown.run-by-clr-shutdown-hook = off";

    /// <summary>The health check that is added.</summary>
    public const string HealthCheckName = "coordination";

    /// <summary>
    /// Runs a coordination system in this actor system: <c>services.AddAkka("app", akka => akka.WithCoordination())</c>. Its actor is in the
    /// <see cref="ActorRegistry"/> under <see cref="CoordinationActor"/>, so actors get it as <c>IRequiredActor&lt;CoordinationActor&gt;</c>; its health is a check of
    /// the host; its log is the host's. <see cref="CoordinationExtension"/> says where its options come from.
    /// <para>
    /// It ends with the actor system's coordinated shutdown: in phase <c>service-unbind</c> registrations drain and leave; in <c>service-stop</c>
    /// leaderships are resigned, locks released, the lease revoked. Actors of the host stop after that, so an actor that must not work without its lock should add a
    /// task to an earlier phase, or react to the loss.
    /// </para>
    /// <para>
    /// To inject <see cref="ILocks"/> and the other faces, add <c>services.AddCoordination()</c>: both are the same system.
    /// </para>
    /// </summary>
    /// <param name="akka">The actor system.</param>
    /// <param name="configure">Sets options in code, over what was read: <c>options => options.SessionTtl = TimeSpan.FromSeconds(15)</c>.</param>
    /// <returns>The same builder.</returns>
    public static AkkaConfigurationBuilder WithCoordination(this AkkaConfigurationBuilder akka, Action<CoordinationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(akka);
        if (configure is not null)
        {
            akka.AddSetup(new CoordinationSetup(configure));
        }

        return akka
            .AddHocon(HostEndsIt, HoconAddMode.Prepend)
            .WithActors(static (actors, registry) => registry.Register<CoordinationActor>(CoordinationExtension.For(actors).Actor))
            .AddStartup(static (actors, _) => CoordinationExtension.For(actors).System.WaitForStartAsync(CancellationToken.None))
            .WithHealthCheck(
                HealthCheckName,
                static (actors, _, _) => Task.FromResult(CoordinationHealthCheck.Of(CoordinationExtension.For(actors).System, HealthStatus.Unhealthy)),
                tags: ["ready"]);
    }
}
