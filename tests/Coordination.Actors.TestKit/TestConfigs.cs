namespace Coordination.Actors.TestKit;

/// <summary>Configurations of tests.</summary>
public static class TestConfigs
{
    /// <summary>Time that stands still: Sys.Scheduler is a <see cref="TestScheduler"/>.</summary>
    public static Config TestSchedulerConfig { get; } =
        ConfigurationFactory.ParseString("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"");
}
