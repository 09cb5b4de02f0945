using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <content>For actors of the host.</content>
public sealed partial class DistributedElection
{
    /// <summary>
    /// Tells an actor of the host a <see cref="LeaderChanged"/> for who leads now and for every change after that. Ends when the actor does.
    /// </summary>
    /// <param name="subscriber">The actor.</param>
    /// <returns>Dispose it to end the subscription earlier.</returns>
    /// <exception cref="CoordinationException">The system was stopped, or has too many observers.</exception>
    public async Task<IDisposable> SubscribeAsync(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        var feed = new ActorLeaderFeed(subscriber);
        await SubscribeAsync(feed).ConfigureAwait(false);
        return new Subscription(_system, feed);
    }

    /// <summary>
    /// Takes part for an actor of the host: it is told <see cref="Elected"/> when it leads, <see cref="LeadershipLost"/> when that is over otherwise than by its own
    /// resignation, and a <see cref="Status.Failure"/> when the campaign failed or was cancelled. When the actor ends, the candidate withdraws or resigns.
    /// </summary>
    /// <param name="candidate">The actor.</param>
    /// <param name="value">What is proclaimed.</param>
    /// <param name="options">The candidate's name, priority and TTL.</param>
    /// <param name="cancellationToken">Withdraws the candidate, until it is elected.</param>
    /// <returns>Completes when the actor has been told how the campaign ended; need not be awaited.</returns>
    public async Task CampaignAsync(IActorRef candidate, Bytes value, CampaignOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        try
        {
            var leadership = await CampaignAsync(value, options ?? new CampaignOptions(), drains: false, candidate, cancellationToken).ConfigureAwait(false);
            candidate.Tell(new Elected(Name, leadership), ActorRefs.NoSender);
            leadership.Lost.UnsafeRegister(
                _ => candidate.Tell(new LeadershipLost(Name, leadership.Term, leadership.LossReason ?? LossReason.Expired), ActorRefs.NoSender), null);
        }
        catch (Exception error) when (error is CoordinationException or OperationCanceledException)
        {
            candidate.Tell(new Status.Failure(error), ActorRefs.NoSender);
        }
    }

    private sealed class Subscription(CoordinationSystem system, LeaderFeed feed) : IDisposable
    {
        public void Dispose() => system.Supervisor.Tell(new ElectionsCommand.StopObserving(feed), ActorRefs.NoSender);
    }
}
