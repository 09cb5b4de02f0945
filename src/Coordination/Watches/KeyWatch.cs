using System.Runtime.CompilerServices;
using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination;

/// <summary>A watch of a system: each enumeration and each subscription gets the whole sequence for itself.</summary>
internal sealed class KeyWatch : IAsyncEnumerable<WatchEvent>
{
    private readonly CoordinationSystem _system;
    private readonly KeyRange _keys;
    private readonly KeyWatchOptions _options;
    private readonly WatchSpec _spec;

    public KeyWatch(CoordinationSystem system, KeyRange keys, KeyWatchOptions options)
    {
        if (keys.Key.IsEmpty)
        {
            throw new ArgumentException("The key of a watch is empty; at least one byte is required.", nameof(keys));
        }

        if (keys.Key.Length + keys.End.Length > EtcdClientOptions.MaxRequestSize)
        {
            throw new ArgumentException(
                $"The keys of a watch have {keys.Key.Length + keys.End.Length} bytes; allowed are {EtcdClientOptions.MaxRequestSize}.", nameof(keys));
        }

        if (keys.IsEmpty)
        {
            throw new ArgumentException($"The range {keys} of a watch is empty: its end must come after its first key.", nameof(keys));
        }

        options.ThrowIfInvalid(nameof(options));
        _system = system;
        _keys = keys;
        _options = options;
        _spec = new WatchSpec(keys, options.From) { PreviousValue = options.PreviousValue, ReadsBefore = options.From.Value > 1 };
    }

    public IAsyncEnumerator<WatchEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Subscribes an actor: it gets a <see cref="Messages.KeysNews"/> for each event, until the subscription is disposed or the actor ends.</summary>
    public IDisposable Subscribe(IActorRef subscriber, bool oneAtATime = false)
    {
        return new Subscription(_system, new ActorSubscriber(_keys, _options, _spec, subscriber, oneAtATime));
    }

    private async IAsyncEnumerable<WatchEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var subscriber = new StreamSubscriber(_spec, _options);
        using var subscription = new Subscription(_system, subscriber);
        await using var stopping = _system.Stopped.UnsafeRegister(static s => EndStopped((WatchSubscriber)s!), subscriber).ConfigureAwait(false);
        while (true)
        {
            yield return await subscriber.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static void EndStopped(WatchSubscriber subscriber) =>
        subscriber.End(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system has stopped."));

    private sealed class Subscription : IDisposable
    {
        private readonly CoordinationSystem _system;
        private readonly WatchSubscriber _subscriber;

        public Subscription(CoordinationSystem system, WatchSubscriber subscriber)
        {
            _system = system;
            _subscriber = subscriber;
            if (system.Stopped.IsCancellationRequested)
            {
                EndStopped(subscriber);
            }
            else
            {
                system.Supervisor.Tell(new WatchesCommand.Subscribe(subscriber), ActorRefs.NoSender);
            }
        }

        public void Dispose() => _system.Supervisor.Tell(new WatchesCommand.Unsubscribe(_subscriber), ActorRefs.NoSender);
    }
}
