namespace Coordination.Messages;

/// <summary>The answers to an actor of the host that campaigns (<see cref="ElectionRequest.Campaign"/>).</summary>
/// <param name="Election">The name of the election.</param>
public abstract record ElectionNews(string Election)
{
    /// <summary>It leads now.</summary>
    /// <param name="Election">The name of the election.</param>
    /// <param name="Leadership">The term; the actor resigns it; when the actor ends, that happens by itself.</param>
    public sealed record Elected(string Election, ILeadership Leadership) : ElectionNews(Election);

    /// <summary>Its term is over, and not because it resigned.</summary>
    /// <param name="Election">The name of the election.</param>
    /// <param name="Term">The term.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Lost(string Election, long Term, LossReason Reason) : ElectionNews(Election);
}
