namespace Coordination;

/// <summary>Options of the elections of a system. Checked when the system is made.</summary>
public sealed record ElectionOptions
{
    /// <summary>The longest name of an election, in bytes of UTF-8.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>How often a grant that waits for the lease's renewal looks again.</summary>
    internal static readonly TimeSpan ConfirmInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Candidacies that may be open in this process at a time; each has its own lease. Default 10,000; 1 to 1,000,000. More are refused with
    /// LimitReached.</summary>
    public int MaxCandidacies { get; set; } = 10_000;

    /// <summary>Observers that may be open in this process at a time. Default 10,000; 1 to 1,000,000. More are refused with LimitReached.</summary>
    public int MaxObservers { get; set; } = 10_000;

    /// <summary>Changes that wait for a slow observer; if there are more, the oldest are skipped, never the latest. Default 16; 1 to 10,000.</summary>
    public int ObserverBuffer { get; set; } = 16;

    /// <summary>How often a candidate looks at the line although its watch shows nothing. Default 10 s; 100 ms to 10 min. Half as much again at random.</summary>
    public TimeSpan FallbackInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long work that runs only while leading may take to stop; after that the leadership is given back although the work still runs. Default 30 s; 0 to
    /// 1 h.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal void Validate(OptionProblems problems)
    {
        problems.Check($"Elections.{nameof(MaxCandidacies)}", MaxCandidacies, 1, 1_000_000, "candidacies");
        problems.Check($"Elections.{nameof(MaxObservers)}", MaxObservers, 1, 1_000_000, "observers");
        problems.Check($"Elections.{nameof(ObserverBuffer)}", ObserverBuffer, 1, 10_000, "changes");
        problems.Check($"Elections.{nameof(FallbackInterval)}", FallbackInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        problems.Check($"Elections.{nameof(DrainTimeout)}", DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(1));
    }
}
