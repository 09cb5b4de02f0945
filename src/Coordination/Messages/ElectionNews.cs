namespace Coordination.Messages;

/// <summary>What an actor of the host that campaigns is told (<see cref="ElectionRequest.Campaign"/>).</summary>
/// <param name="Election">The name of the election.</param>
public abstract record ElectionNews(string Election)
{
    /// <summary>It leads now.</summary>
    /// <param name="Election">The name of the election.</param>
    /// <param name="Leadership">The term; resigning is the actor's part, and done by itself when the actor ends.</param>
    public sealed record Elected(string Election, ILeadership Leadership) : ElectionNews(Election);

    /// <summary>Its term is over, otherwise than by its own resignation.</summary>
    /// <param name="Election">The name of the election.</param>
    /// <param name="Term">The term.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Lost(string Election, long Term, LossReason Reason) : ElectionNews(Election);
}
