using Coordination.Chaos;
using Xunit.Abstractions;

namespace Coordination.IntegrationTests.Faults;

/// <summary>A short run of the chaos program; the long ones are for people. What it checks: docs/faults.md, "What is always true".</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Processes_that_are_killed_stopped_and_cut_off_never_hold_the_lock_together_and_leave_nothing_behind()
    {
        var verdict = await ChaosRun.RunAsync(
            new ChaosSettings(Seed: 7, TimeSpan.FromSeconds(10), Processes: 4, TimeSpan.FromSeconds(2)), output.WriteLine);

        output.WriteLine(verdict.ToString());
        Assert.Empty(verdict.Violations);
        Assert.NotEmpty(verdict.Run.Faults);
        Assert.True(verdict.Run.Claims.Length > 20);
    }
}
