namespace Coordination.Actors;

/// <summary>The settings of a system.</summary>
public class Settings
{
    internal Settings(ActorSystem system, Config config)
    {
        (System, Config) = (system, config);
        AskTimeout = config.GetTimeSpan("akka.actor.ask-timeout", Timeout.InfiniteTimeSpan);
        CoordinatedShutdownRunByTerminate = config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate", true)
            && config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system", true);
        MinLogLevel = config.GetString("akka.loglevel") switch
        {
            null => null,
            var off when off.Equals("OFF", StringComparison.OrdinalIgnoreCase) => Actors.LogLevel.ErrorLevel + 1,
            var level => Logging.LogLevelFor(level),
        };
    }

    /// <summary>The system.</summary>
    public ActorSystem System { get; }

    /// <summary>All settings, also those that the system does not know.</summary>
    public Config Config { get; }

    /// <summary>How long an ask waits when it does not say; infinite unless set.</summary>
    public TimeSpan AskTimeout { get; }

    internal bool CoordinatedShutdownRunByTerminate { get; }

    internal LogLevel? MinLogLevel { get; }
}
