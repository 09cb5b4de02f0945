using Coordination.Etcd;

namespace Coordination.Messages;

/// <summary>
/// What an actor of the host sends to <see cref="CoordinationSystem.Actor"/> about an election. The answers go to the sender; when the sender ends, so do its
/// candidacies and
/// subscriptions.
/// </summary>
/// <param name="Election">The name of the election.</param>
public abstract record ElectionRequest(string Election)
{
    /// <summary>
    /// Take part. Answered with <see cref="ElectionNews.Elected"/> when the sender leads, <see cref="ElectionNews.Lost"/> when that is over and it has not resigned,
    /// and a <see cref="Status.Failure"/> when the campaign failed or was withdrawn.
    /// </summary>
    /// <param name="Election">The name of the election.</param>
    /// <param name="Value">What is proclaimed.</param>
    public sealed record Campaign(string Election, Bytes Value) : ElectionRequest(Election)
    {
        /// <summary>The candidate's name, priority and TTL.</summary>
        public CampaignOptions? Options { get; init; }
    }

    /// <summary>Withdraw the sender's campaigns that have not yet led to a term. A leader stays the leader.</summary>
    /// <param name="Election">The name of the election.</param>
    public sealed record Withdraw(string Election) : ElectionRequest(Election);

    /// <summary>Tell the sender who leads: a <see cref="LeaderChanged"/> now and at every change. A <see cref="Status.Failure"/> when that is not possible.</summary>
    /// <param name="Election">The name of the election.</param>
    public sealed record Subscribe(string Election) : ElectionRequest(Election);

    /// <summary>No more <see cref="LeaderChanged"/> for the sender.</summary>
    /// <param name="Election">The name of the election.</param>
    public sealed record Unsubscribe(string Election) : ElectionRequest(Election);
}
