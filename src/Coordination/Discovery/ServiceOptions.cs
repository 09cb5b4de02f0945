namespace Coordination;

/// <summary>Options of the registrations and discoveries of a system. Checked when the system is made.</summary>
public sealed record ServiceOptions
{
    /// <summary>How often keys of ours that were overwritten are put back, before they are left to whoever insists.</summary>
    internal const int MaxRepairs = 3;

    /// <summary>Requests that may wait for one registration in this process.</summary>
    internal const int MaxWaiters = 1000;

    /// <summary>How long interference is remembered.</summary>
    internal static readonly TimeSpan RepairMemory = TimeSpan.FromMinutes(1);

    /// <summary>Registrations of one system. Default 100,000; 1 to 10,000,000. More are refused with LimitReached.</summary>
    public int MaxRegistrations { get; set; } = 100_000;

    /// <summary>Services that are followed at a time, counting each set of options. Default 10,000; 1 to 1,000,000. More are refused with LimitReached.</summary>
    public int MaxDiscoveries { get; set; } = 10_000;

    /// <summary>
    /// When a host stops: how long its instances are draining before they are deregistered, so that callers notice while it still answers. Default 0: they are
    /// deregistered at once; 0 to 5 min.
    /// </summary>
    public TimeSpan DrainTime { get; set; }

    internal void Validate(OptionProblems problems)
    {
        problems.Check($"Services.{nameof(MaxRegistrations)}", MaxRegistrations, 1, 10_000_000, "registrations");
        problems.Check($"Services.{nameof(MaxDiscoveries)}", MaxDiscoveries, 1, 1_000_000, "services");
        problems.Check($"Services.{nameof(DrainTime)}", DrainTime, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }
}
