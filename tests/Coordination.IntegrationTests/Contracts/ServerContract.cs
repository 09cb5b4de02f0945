namespace Coordination.IntegrationTests.Contracts;

/// <summary>Tests that are the same on every server: what they share. Each test has a name of its own in etcd, so they do not meet on the server of their class.</summary>
public abstract class ServerContract(ServerFixture fixture, string topic)
{
    protected EtcdServer Server => fixture.Server;

    /// <summary>The test's name in etcd: a key, or what its keys begin with.</summary>
    protected string Name { get; } = $"/test/{topic}/{Guid.NewGuid():N}";
}
