using System.Collections.Immutable;

namespace Coordination.Discovery.Views;

/// <summary>
/// What is known about one service, between the DiscoveryActor that finds it out and everybody who reads it. Thread-safe. It outlives an actor that failed:
/// its successor goes on from here.
/// </summary>
internal sealed class ServiceFeed(string service, DiscoveryOptions options)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<IActorRef, int> _subscribers = [];
    private readonly List<ChangeReader> _readers = [];
    private ServiceView _current = ServiceView.Unknown(service);
    private CoordinationException? _lastError;

    public string Service => service;

    public DiscoveryOptions Options => options;

    /// <summary>How many handles there are. Written by <see cref="DiscoveryBook"/> alone, under its lock.</summary>
    public int Handles { get; set; }

    public ServiceView Current => Volatile.Read(ref _current);

    /// <summary>Completes with the first view.</summary>
    public Task Known => _known.Task;

    /// <summary>Why there is no live view, as far as it is known.</summary>
    public CoordinationException? LastError => Volatile.Read(ref _lastError);

    public ImmutableArray<IActorRef> Subscribers
    {
        get
        {
            lock (_lock)
            {
                return [.. _subscribers.Keys];
            }
        }
    }

    public void Publish(ServiceView view, ImmutableArray<ServiceChange> changes)
    {
        lock (_lock)
        {
            Volatile.Write(ref _lastError, changes is [.., ServiceChange.Stale { Error: { } error }] ? error : view.IsStale ? _lastError : null);
            Volatile.Write(ref _current, view);
            foreach (var reader in _readers)
            {
                reader.Offer(changes);
            }
        }

        if (view.IsKnown)
        {
            _known.TrySetResult();
        }
    }

    /// <summary>A reader that begins with the view as it is.</summary>
    public ChangeReader AddReader()
    {
        lock (_lock)
        {
            var reader = new ChangeReader(this, options.ChangeBuffer);
            _readers.Add(reader);
            return reader;
        }
    }

    public void RemoveReader(ChangeReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>Counts a subscription of an actor; several handles may make one each.</summary>
    public void AddSubscriber(IActorRef subscriber)
    {
        lock (_lock)
        {
            _subscribers[subscriber] = _subscribers.GetValueOrDefault(subscriber) + 1;
        }
    }

    public void RemoveSubscriber(IActorRef subscriber, bool isDead = false)
    {
        lock (_lock)
        {
            if (_subscribers.TryGetValue(subscriber, out var count) && (isDead || count == 1))
            {
                _subscribers.Remove(subscriber);
            }
            else if (count > 1)
            {
                _subscribers[subscriber] = count - 1;
            }
        }
    }
}
