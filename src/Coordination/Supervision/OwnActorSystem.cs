using Akka.Configuration;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Supervision;

/// <summary>The actor system of a coordination system that has no host's to live in: quiet, small, and ended by the coordination system alone.</summary>
internal static class OwnActorSystem
{
    // A hook at the end of the process would race with the coordination system's own end. A scheduler that ticks every 10 ms, as is Akka's default, is most of
    // what a system at rest costs, and its wheel a sixth of the memory; no timer here needs to be that exact.
    private const string Quiet = """
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          scheduler { tick-duration = 50ms, ticks-per-wheel = 16 }
          log-dead-letters = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        """;

    private const string Logger = "akka.loggers = [\"Akka.Hosting.Logging.LoggerFactoryLogger, Akka.Hosting\"]";

    public static ActorSystem Create(CoordinationOptions options) => options.LoggerFactory is NullLoggerFactory
        ? ActorSystem.Create(options.Name, ConfigurationFactory.ParseString(Quiet))
        : ActorSystem.Create(
            options.Name,
            BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString(Logger).WithFallback(Quiet)).And(new LoggerFactorySetup(options.LoggerFactory)));
}
