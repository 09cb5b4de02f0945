namespace Coordination;

/// <summary>Options of one registration.</summary>
public sealed record RegistrationOptions
{
    /// <summary>The longest TTL of a lease of its own.</summary>
    internal static readonly TimeSpan LongestTtl = TimeSpan.FromHours(1);

    /// <summary>The shortest.</summary>
    internal static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(2);

    /// <summary>Under which keys and in what form. Default <see cref="ServiceLayout.Default"/>.</summary>
    public ServiceLayout Layout { get; init; } = ServiceLayout.Default;

    /// <summary>Whether it has its own lease. Default: it shares one with all registrations of the system.</summary>
    public bool OwnLease { get; init; }

    /// <summary>The TTL of its own lease: how long it stays after a crash. Null: <see cref="CoordinationOptions.SessionTtl"/>. 2 s to 1 h.</summary>
    public TimeSpan? Ttl { get; init; }

    internal void Validate(OptionProblems problems)
    {
        if (Ttl is { } ttl)
        {
            problems.Check(nameof(Ttl), ttl, ShortestTtl, LongestTtl);
            if (!OwnLease)
            {
                problems.Add(nameof(Ttl), ttl, "only a registration with a lease of its own (OwnLease) has a TTL of its own");
            }
        }
    }
}
