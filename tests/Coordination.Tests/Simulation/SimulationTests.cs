using System.Globalization;
using Coordination.Simulation;

namespace Coordination.Tests.Simulation;

/// <summary>Several systems with their real actors, a model of etcd, a bad network, virtual time: docs/simulation.md.</summary>
public sealed class SimulationTests
{
    private static readonly int Runs =
        int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_SIMULATION_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : 20_000;

    [Fact]
    public void What_is_promised_holds_in_every_run()
    {
        var failures = Schedules.Run(1, Runs, threads: 2);

        Assert.True(failures.Count == 0, string.Join('\n', failures.Select(failure => $"seed {failure.Seed}: {failure.What}")));
    }

    [Fact]
    public void A_seed_is_a_whole_run()
    {
        var (one, other) = (new Simulator(), new Simulator());
        foreach (var seed in Enumerable.Range(1, 40))
        {
            var trace = one.Run(Plan.Of(seed), isTraced: true).Trace;

            Assert.NotEmpty(trace);
            Assert.Equal(trace, other.Run(Plan.Of(seed), isTraced: true).Trace);
        }
    }

    [Fact]
    public void A_claim_counts_from_its_grant_to_the_last_moment_at_which_it_was_believed()
    {
        var world = new World(1, isTraced: false);
        var claims = new Claims(world);
        var isHeld = true;
        world.Observe = claims.Look;
        world.At(Seconds(1), () => claims.Add("lock", "p0", 2, 1, () => isHeld));
        world.At(Seconds(3), () => { });
        world.At(Seconds(4), () => isHeld = false);
        world.At(Seconds(5), () => claims.Add("lock", "p1", 3, 1, () => false));
        world.At(Seconds(6), () => claims.Add("lock", "p2", 4, 1, () => true));
        world.RunUntil(Seconds(7), () => false);
        claims.End();

        Assert.Equal([("p0", Seconds(1).Ticks, Seconds(3).Ticks), ("p2", Seconds(6).Ticks, Seconds(6).Ticks)], claims.Holdings.Select(h => (h.Who, h.From, h.Until)));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
