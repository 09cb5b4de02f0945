using Akka;
using Coordination.Messages;

namespace Coordination;

/// <summary>
/// Speaks with the actors of the host by messages: it takes <see cref="LockRequest"/>, <see cref="ElectionRequest"/>, <see cref="ServiceRequest"/> and
/// <see cref="KeysRequest"/>, and answers their sender. Each system has one (<see cref="CoordinationSystem.Actor"/>); its type is its key in an
/// <see cref="Akka.Hosting.ActorRegistry"/>.
/// </summary>
/// <remarks>It keeps the subscriptions and open requests of each sender, and ends them when the sender ends.</remarks>
public sealed class CoordinationActor : UntypedActor
{
    private readonly Dictionary<IActorRef, Dictionary<object, IDisposable>> _subscriptions = [];
    private readonly Dictionary<IActorRef, (IActorRef Requester, string Lock)> _errands = [];
    private readonly HashSet<Candidacy> _candidacies = [];
    private readonly CoordinationSystem _system;

    internal CoordinationActor(CoordinationSystem system) => _system = system;

    internal static Props PropsFor(CoordinationSystem system) => Made.By(() => new CoordinationActor(system));

    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var subscription in _subscriptions.Values.SelectMany(of => of.Values))
        {
            subscription.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LockRequest or ElectionRequest or ServiceRequest or KeysRequest:
                Answer(message);
                break;
            case LeaderSubscribed m:
                Keep(m.Subscriber, m.Key, m.Subscription);
                break;
            case CampaignOver m:
                _candidacies.Remove(m.Candidacy);
                m.Candidacy.End.Dispose();
                break;
            case Terminated m when _errands.Remove(m.ActorRef):
                break;
            case Terminated m when _subscriptions.Remove(m.ActorRef, out var ended):
                foreach (var subscription in ended.Values)
                {
                    subscription.Dispose();
                }

                break;
            case Terminated:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Answer(object message)
    {
        try
        {
            Pass(message);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or CoordinationException)
        {
            // What is asked for is wrong, or a limit is reached: the asker's to know, and no reason to fail.
            Sender.Tell(message is LockRequest m ? new LockNews.Failed(m.Name, error) : new Status.Failure(error));
        }
    }

    private void Pass(object message)
    {
        switch (message)
        {
            case LockRequest.Acquire m:
                var errand = new DistributedLock(_system, m.Name, m.Options).AcquireFor(Sender, m.Timeout);
                _errands.Add(errand, (Sender, m.Name));
                Context.Watch(errand);
                break;
            case LockRequest.Withdraw m:
                foreach (var (asking, _) in _errands.Where(open => open.Value == (Sender, m.Name)))
                {
                    asking.Tell(new Locks.LockErrandCommand.Cancel());
                }

                break;
            case ElectionRequest.Campaign m:
                Campaign(m);
                break;
            case ElectionRequest.Withdraw m:
                foreach (var candidacy in _candidacies.Where(open => open.Candidate.Equals(Sender) && open.Election == m.Election))
                {
                    candidacy.End.Cancel();
                }

                break;
            case ElectionRequest.Subscribe m when IsNew(("leader", m.Election)):
                SubscribeToLeader(m);
                break;
            case ServiceRequest.Register m:
                Sender.Tell(new ServiceNews.Registered(_system.Register(m.Instance, m.Options)));
                break;
            case ServiceRequest.Subscribe m when IsNew(("service", m.Service)):
                var discovery = _system.Open(m.Service, m.Options);
                discovery.Subscribe(Sender);
                Keep(Sender, ("service", m.Service), discovery);
                break;
            case KeysRequest.Subscribe m when IsNew(("keys", m.Keys)):
                Keep(Sender, ("keys", m.Keys), new KeyWatch(_system, m.Keys, m.Options ?? new KeyWatchOptions()).Subscribe(Sender, m.OneAtATime));
                break;
            case ElectionRequest.Unsubscribe m:
                End(("leader", m.Election));
                break;
            case ServiceRequest.Unsubscribe m:
                End(("service", m.Service));
                break;
            case KeysRequest.Unsubscribe m:
                End(("keys", m.Keys));
                break;
        }
    }

    /// <summary>The election tells the candidate itself how the campaign ended.</summary>
    private void Campaign(ElectionRequest.Campaign m)
    {
        var candidacy = new Candidacy(Sender, m.Election, new CancellationTokenSource());
        var campaign = new DistributedElection(_system, m.Election).CampaignAsync(Sender, m.Value, m.Options, candidacy.End.Token);
        _candidacies.Add(candidacy);
        campaign.PipeTo(Self, success: () => new CampaignOver(candidacy), failure: _ => new CampaignOver(candidacy));
    }

    private void SubscribeToLeader(ElectionRequest.Subscribe m)
    {
        var subscriber = Sender;
        new DistributedElection(_system, m.Election).SubscribeAsync(subscriber).PipeTo(
            Self, success: subscription => new LeaderSubscribed(subscriber, ("leader", m.Election), subscription), failure: error =>
            {
                subscriber.Tell(new Status.Failure(error), ActorRefs.NoSender);
                return Done.Instance;
            });
    }

    private bool IsNew(object key) => !_subscriptions.TryGetValue(Sender, out var its) || !its.ContainsKey(key);

    private void Keep(IActorRef subscriber, object key, IDisposable subscription)
    {
        if (!_subscriptions.TryGetValue(subscriber, out var its))
        {
            _subscriptions.Add(subscriber, its = []);
            Context.Watch(subscriber);
        }

        if (!its.TryAdd(key, subscription))
        {
            subscription.Dispose();
        }
    }

    private void End(object key)
    {
        if (_subscriptions.TryGetValue(Sender, out var its) && its.Remove(key, out var subscription))
        {
            subscription.Dispose();
            if (its.Count == 0)
            {
                _subscriptions.Remove(Sender);
                Context.Unwatch(Sender);
            }
        }
    }

    /// <summary>Fact: the election tells the subscriber.</summary>
    private sealed record LeaderSubscribed(IActorRef Subscriber, object Key, IDisposable Subscription);

    /// <summary>Fact: a campaign was answered.</summary>
    private sealed record CampaignOver(Candidacy Candidacy);

    /// <summary>A campaign that was not answered yet.</summary>
    private sealed record Candidacy(IActorRef Candidate, string Election, CancellationTokenSource End);
}
