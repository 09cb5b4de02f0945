using Xunit.Abstractions;

namespace Coordination.Actors.TestKit;

/// <summary>The base of a test class: an actor system, the test actor, and their end after each test.</summary>
public class TestKit : TestKitBase, IDisposable
{
    protected readonly ITestOutputHelper? Output;

    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null) : base(system ?? TestSystems.Create(Config.Empty, null, output)) =>
        Output = output;

    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : this(TestSystems.Create(config, actorSystemName, output), output) { }

    public TestKit(string config, ITestOutputHelper? output = null) : this(ConfigurationFactory.ParseString(config), null, output) { }

    /// <summary>Ends the system.</summary>
    protected virtual void AfterAll()
    {
        EndImplicitSender();
        Shutdown();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) AfterAll();
    }
}
