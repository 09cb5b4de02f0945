namespace Coordination.IntegrationTests.Plugins;

/// <summary>Within which time a singleton moves between real processes.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ClusterProcessBounds : AkkaClusterTestBase
{
    [Fact]
    public async Task When_the_process_of_the_singleton_is_told_to_stop_another_one_takes_over_within_a_second()
    {
        var worker = await StartThreeAsync();

        worker.Send(Signals.Terminate);
        var next = await WorkerAsync(worker);

        AssertNoOverlap();
        Assert.InRange(TimeProvider.System.GetElapsedTime(worker.Reports[^1].At, next.Reports[0].At), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(0, await worker.EndAsync());
    }
}
