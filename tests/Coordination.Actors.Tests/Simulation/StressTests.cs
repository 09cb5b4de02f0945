namespace Coordination.Actors.Tests.Simulation;

public sealed class StressTests : TestKit.TestKit
{
    [Fact]
    public async Task Ten_thousand_actors_lose_and_duplicate_none_of_a_million_messages()
    {
        var model = new StressModel(Sys, supervisors: 100, workersEach: 100, messages: 1_500_000, drivers: 4, seed: 1);
        // Half of the numbers come from the drivers, the rest from workers that pass messages on.
        await AwaitConditionAsync(
            () => Task.FromResult(model.Sent > 750_000 && model.Accounted == model.Sent), TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(100));
        foreach (var supervisor in model.Supervisors) Assert.True(await supervisor.GracefulStop(TimeSpan.FromSeconds(30)));
        Assert.Equal((0, 0), (model.Lost, model.Duplicates));
        Assert.InRange(model.Sent, 950_000, 1_500_000);
        Assert.True(model.Restarts > 100 && model.Stops > 100, model.Outcome);
        await Sys.Terminate();
    }

    [Fact]
    public void On_the_deterministic_dispatcher_200_seeds_run_twice_with_an_identical_trace()
    {
        var traces = new HashSet<ulong>();
        for (var seed = 0; seed < 200; seed++)
        {
            var (first, second) = (RunOnce(seed), RunOnce(seed));
            Assert.Equal(first, second);
            traces.Add(first.Trace);
        }

        Assert.Equal(200, traces.Count); // each seed is another run
    }

    private static (ulong Trace, long Turns, string Outcome) RunOnce(int seed)
    {
        var simulation = new Actors.Simulation("stress", seed);
        var model = new StressModel(simulation.System, supervisors: 5, workersEach: 10, messages: 1_000, drivers: 2, seed);
        simulation.Run();
        Assert.Equal((0, 0), (model.Lost, model.Duplicates));
        Assert.Equal(model.Sent, model.Accounted);
        Assert.True(simulation.Terminate());
        return (simulation.Dispatcher.TraceHash, simulation.Dispatcher.Turns, model.Outcome);
    }
}
