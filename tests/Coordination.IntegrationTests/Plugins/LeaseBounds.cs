using Akka.Coordination;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>Within which time Akka is answered.</summary>
[Collection(Undisturbed.Name)]
public sealed class LeaseBounds
{
    [Fact]
    public async Task Without_etcd_acquiring_ends_with_the_operation_timeout_and_says_why()
    {
        var actors = PluginActors.StartShort(new Uri("http://127.0.0.1:1"), $"{PluginActors.LeasePath}.lease-operation-timeout = 500ms");
        var began = TimeProvider.System.GetTimestamp();

        var error = await Assert.ThrowsAsync<LeaseTimeoutException>(() => actors.Lease("lease", "a").Acquire().InTime());

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(2));
        Assert.All(["lease", "http://127.0.0.1:1", "0.5 s"], text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.False(actors.Lease("lease", "a").CheckLease());
        await actors.Terminate();
    }
}
