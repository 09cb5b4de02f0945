using System.Globalization;
using Coordination.Simulation;

namespace Coordination.Tests.Simulation;

/// <summary>Several systems with their real actors, a model of etcd, a bad network, virtual time: docs/simulation.md.</summary>
public sealed class SimulationTests
{
    private static readonly int Runs =
        int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_SIMULATION_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : 20_000;

    private readonly List<string> _violations = [];
    private readonly Claims _claims;

    public SimulationTests() => _claims = new Claims(_violations.Add);

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
    public void Two_who_hold_what_only_one_can_are_found()
    {
        var isHeld = true;
        _claims.Add("lock", "p0", 1, 1, () => isHeld);
        _claims.Check();
        _claims.Add("lock", "p1", 2, 1, () => true);
        Assert.Empty(_violations);

        _claims.Check();
        Assert.Single(_violations);

        isHeld = false;
        _claims.Check();
        Assert.Single(_violations);
    }

    [Fact]
    public void A_token_that_does_not_grow_is_found()
    {
        _claims.Add("lock", "p0", 2, 1, () => false);
        Assert.Empty(_violations);

        _claims.Add("lock", "p1", 2, 1, () => true);
        Assert.Single(_violations);
    }

    [Fact]
    public void More_permits_than_there_are_are_found()
    {
        _claims.Add("pool", "p0", 5, 2.0 / 3, () => true);
        _claims.Add("pool", "p1", 4, 1.0 / 3, () => true);
        _claims.Check();
        Assert.Empty(_violations);

        _claims.Add("pool", "p2", 6, 1.0 / 3, () => true);
        _claims.Check();
        Assert.Single(_violations);
    }
}
