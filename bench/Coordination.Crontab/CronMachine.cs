using System.Diagnostics;
using System.Globalization;

namespace Coordination.Crontab;

/// <summary>A machine's cron: starts the same line every few seconds, a little late, and does not wait for it.</summary>
/// <param name="Name">The machine.</param>
/// <param name="Line">The line, for a shell. It finds the number of the tick in <c>TICK</c> and the machine in <c>MACHINE</c>.</param>
/// <param name="Start">When tick 0 is, on the clock of all machines.</param>
/// <param name="Period">From one tick to the next.</param>
/// <param name="Ticks">How many there are.</param>
/// <param name="Skew">How late it may be: its clock and its scheduler.</param>
internal sealed record CronMachine(string Name, string Line, DateTimeOffset Start, TimeSpan Period, int Ticks, TimeSpan Skew)
{
    /// <summary>All ticks.</summary>
    /// <returns>The exit codes of the line.</returns>
    public async Task<IReadOnlyList<int>> RunAsync()
    {
        var runs = new List<Task<int>>();
        for (var tick = 0; tick < Ticks; tick++)
        {
            var late = Skew * Random.Shared.NextDouble();
            var rest = Start + (Period * tick) + late - TimeProvider.System.GetUtcNow();
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, TimeProvider.System);
            runs.Add(RunAsync(tick));
        }

        return await Task.WhenAll(runs);
    }

    private async Task<int> RunAsync(int tick)
    {
        var start = new ProcessStartInfo("sh", ["-c", Line]) { UseShellExecute = false };
        start.Environment["TICK"] = tick.ToString(CultureInfo.InvariantCulture);
        start.Environment["MACHINE"] = Name;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
