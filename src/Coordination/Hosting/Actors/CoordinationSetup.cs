using Akka.Actor.Setup;

namespace Coordination;

/// <summary>
/// Says in code, for the coordination system in an actor system, what its options are:
/// <c>ActorSystem.Create("app", BootstrapSetup.Create().And(new CoordinationSetup(options => options with { Owner = "me" })))</c>.
/// </summary>
/// <param name="configure">Gets what was read elsewhere (<see cref="CoordinationExtension"/>), and returns what holds.</param>
public sealed class CoordinationSetup(Func<CoordinationOptions, CoordinationOptions> configure) : Setup
{
    internal CoordinationOptions Apply(CoordinationOptions options) => configure(options);
}
