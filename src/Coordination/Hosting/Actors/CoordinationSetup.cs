using Akka.Actor.Setup;

namespace Coordination;

/// <summary>
/// Sets the options of the coordination system in an actor system, in code:
/// <c>ActorSystem.Create("app", BootstrapSetup.Create().And(new CoordinationSetup(options => options.Owner = "me")))</c>.
/// </summary>
/// <param name="configure">Gets what was read elsewhere (<see cref="CoordinationExtension"/>), and changes it.</param>
public sealed class CoordinationSetup(Action<CoordinationOptions> configure) : Setup
{
    internal void Apply(CoordinationOptions options) => configure(options);
}
