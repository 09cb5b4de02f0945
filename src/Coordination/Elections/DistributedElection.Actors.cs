using Coordination.Elections;
using Coordination.Etcd;
using Coordination.Messages;

namespace Coordination;

/// <content>For actors of the host.</content>
internal sealed partial class DistributedElection
{
    /// <summary>Tells an actor of the host a <see cref="LeaderChanged"/> for who leads now and for every change after that. Ends when the actor does.</summary>
    public async Task<IDisposable> SubscribeAsync(IActorRef subscriber)
    {
        var feed = new ActorLeaderFeed(subscriber);
        await SubscribeAsync(feed).ConfigureAwait(false);
        return new Subscription(_system, feed);
    }

    /// <summary>Takes part for an actor of the host, which is told <see cref="ElectionNews"/>, or a <see cref="Status.Failure"/>. When it ends, the candidate withdraws or resigns.</summary>
    /// <returns>Completes when the actor has been told how the campaign ended; does not throw.</returns>
    public async Task CampaignAsync(IActorRef candidate, Bytes value, CampaignOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            var leadership = await CampaignAsync(value, options ?? new CampaignOptions(), drains: false, candidate, cancellationToken).ConfigureAwait(false);
            candidate.Tell(new ElectionNews.Elected(Name, leadership), ActorRefs.NoSender);
            leadership.Lost.UnsafeRegister(
                _ => candidate.Tell(new ElectionNews.Lost(Name, leadership.Term, leadership.LossReason ?? LossReason.Expired), ActorRefs.NoSender), null);
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
