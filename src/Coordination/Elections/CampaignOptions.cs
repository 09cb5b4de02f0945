namespace Coordination;

/// <summary>How a candidate takes part in an election.</summary>
public sealed record CampaignOptions
{
    /// <summary>The name that a transfer can use. Default: <see cref="CoordinationOptions.Owner"/>; 1 to 256 characters. Several candidates may have the same.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The preference: a leader with a smaller number is asked to step down when this candidate waits. Default 0; -1,000 to 1,000. Meant for leaders
    /// of this library; candidates of other programs lead in the order in which they came.
    /// </summary>
    public int Priority { get; init; }

    /// <summary>
    /// The TTL of the candidacy's own lease: how long a crashed leader is still the leader. Default: <see cref="CoordinationOptions.SessionTtl"/>;
    /// 2 s to 1 h, in whole seconds (a fraction is rounded up).
    /// </summary>
    public TimeSpan? Ttl { get; init; }

    /// <exception cref="ArgumentException">Something is out of range.</exception>
    internal void Check(string parameter)
    {
        var problems = new OptionProblems();
        if (Name is { Length: 0 or > 256 })
        {
            problems.Add(nameof(Name), Name, "allowed are 1 to 256 characters");
        }

        problems.Check(nameof(Priority), Priority, -1000, 1000, "");
        if (Ttl is { } ttl)
        {
            problems.Check(nameof(Ttl), ttl, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1));
        }

        OptionProblems.ThrowIfAny("The campaign options", problems.All, parameter);
    }
}
