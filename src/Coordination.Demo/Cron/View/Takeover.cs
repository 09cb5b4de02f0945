namespace Coordination.Demo.Cron.View;

/// <summary>A job whose holder was killed, and who took it over.</summary>
/// <param name="Job">The job.</param>
/// <param name="From">Who was killed.</param>
/// <param name="To">Who acquired the lock next.</param>
/// <param name="Delay">From the kill to that acquisition.</param>
internal sealed record Takeover(string Job, string From, string To, TimeSpan Delay);
