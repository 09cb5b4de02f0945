using Akka;

namespace Coordination;

/// <summary>
/// Speaks with the actors of the host in their own way: by messages (<see cref="GateMessage"/>). Each system has one (<see cref="CoordinationSystem.Gate"/>); its type
/// is its key in an <see cref="Akka.Hosting.ActorRegistry"/>.
/// </summary>
/// <remarks>It holds no rule; it keeps the subscriptions of each sender, and ends them when the sender ends.</remarks>
public sealed class CoordinationGate : UntypedActor
{
    private readonly Dictionary<IActorRef, Dictionary<object, IDisposable>> _subscriptions = [];
    private readonly CoordinationSystem _system;

    /// <summary>Made by the system.</summary>
    /// <param name="system">The system that it speaks for.</param>
    public CoordinationGate(CoordinationSystem system) => _system = system;

    internal static Props PropsFor(CoordinationSystem system) => Made.By(() => new CoordinationGate(system));

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
            case GateMessage m:
                Answer(m);
                break;
            case LeaderSubscribed m:
                Keep(m.Subscriber, m.Key, m.Subscription);
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

    private void Answer(GateMessage message)
    {
        try
        {
            Pass(message);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or CoordinationException)
        {
            // What is asked for is wrong, or a limit is reached: the asker's to know, and no reason to fail.
            Sender.Tell(message is AcquireLock m ? new LockFailed(m.Name, error) : new Status.Failure(error));
        }
    }

    private void Pass(GateMessage message)
    {
        switch (message)
        {
            case AcquireLock m:
                _system.Lock(m.Name, m.Options).AcquireFor(Sender, m.Timeout);
                break;
            case Campaign m:
                // It tells the candidate itself how the campaign ended.
                _ = _system.Election(m.Election).CampaignAsync(Sender, m.Value, m.Options);
                break;
            case SubscribeToLeader m when IsNew(("leader", m.Election)):
                SubscribeToLeader(m);
                break;
            case RegisterService m:
                Sender.Tell(new ServiceRegistered(_system.Register(m.Instance, m.Options)));
                break;
            case SubscribeToService m when IsNew(("service", m.Service)):
                var discovery = _system.Discover(m.Service, m.Options);
                discovery.Subscribe(Sender);
                Keep(Sender, ("service", m.Service), discovery);
                break;
            case SubscribeToKeys m when IsNew(("keys", m.Keys)):
                Keep(Sender, ("keys", m.Keys), _system.Watch(m.Keys, m.Options).Subscribe(Sender));
                break;
            case UnsubscribeFromLeader m:
                End(("leader", m.Election));
                break;
            case UnsubscribeFromService m:
                End(("service", m.Service));
                break;
            case UnsubscribeFromKeys m:
                End(("keys", m.Keys));
                break;
        }
    }

    private void SubscribeToLeader(SubscribeToLeader m)
    {
        var subscriber = Sender;
        _system.Election(m.Election).SubscribeAsync(subscriber).PipeTo(
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
}
