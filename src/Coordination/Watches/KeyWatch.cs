using System.Runtime.CompilerServices;
using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination;

/// <summary>
/// A watch of one key or a range of keys in etcd, see <see cref="CoordinationSystem.Watch"/>. Costs nothing until it is enumerated or subscribed to; each
/// enumeration and each subscription gets the whole sequence for itself, and those of the same keys share one watch in etcd. Thread-safe.
/// </summary>
/// <remarks>
/// <para>The sequence has no end of its own, and an outage of etcd is an event in it (<see cref="WatchEvent.Interrupted"/>), not an error.</para>
/// <para>Whoever is slow does not hold up others: what waits is bounded by <see cref="KeyWatchOptions.BufferLimit"/>, and more is conflated.</para>
/// </remarks>
/// <example><code>
/// await foreach (var told in system.Watch(KeyRange.Prefix("/config/")).WithCancellation(stopping))
/// {
///     switch (told)
///     {
///         case WatchEvent.Snapshot e: ReplaceAll(e.KeyValues); break;
///         case WatchEvent.Resynced e: ReplaceAll(e.KeyValues); break;
///         case WatchEvent.Changed e: Apply(e.Events); break;
///         case WatchEvent.Conflated e: Apply(e.Events); break;
///     }
/// }
/// </code></example>
public sealed class KeyWatch : IAsyncEnumerable<WatchEvent>
{
    private readonly CoordinationSystem _system;
    private readonly WatchSpec _spec;

    internal KeyWatch(CoordinationSystem system, KeyRange keys, KeyWatchOptions options)
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
        Keys = keys;
        Options = options;
        _spec = new WatchSpec(keys, options.From) { PreviousValue = options.PreviousValue, ReadsBefore = options.From.Value > 1 };
    }

    /// <summary>What is watched.</summary>
    public KeyRange Keys { get; }

    /// <summary>How.</summary>
    public KeyWatchOptions Options { get; }

    /// <summary>Begins an enumeration. It is a subscriber until it is disposed (<c>await foreach</c> does that), also while it is not read.</summary>
    /// <param name="cancellationToken">Ends the enumeration: the next read throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>Reading throws <see cref="CoordinationException"/> when the system stops (<c>Stopped</c>) or a limit is reached (<c>LimitReached</c>).</returns>
    public IAsyncEnumerator<WatchEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>
    /// Subscribes an actor: it gets a <see cref="WatchNotice"/> for each event, in order, until the subscription is disposed or the actor ends (it is watched
    /// for that). The last one is a <see cref="WatchEvent.Ended"/> when the system stops or refuses (a limit is reached).
    /// </summary>
    /// <param name="subscriber">The actor. It may have several subscriptions.</param>
    /// <param name="oneAtATime">
    /// The next notice comes only after <see cref="WatchNotice.Acknowledge"/>; meanwhile events wait, and are conflated beyond the limit. Default no: events
    /// are sent at once, and the actor's mailbox has no bound.
    /// </param>
    /// <returns>Dispose it to unsubscribe; what is on its way still arrives. Idempotent.</returns>
    public IDisposable Subscribe(IActorRef subscriber, bool oneAtATime = false)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        return new Subscription(_system, new ActorSubscriber(this, Options, _spec, subscriber, oneAtATime));
    }

    private async IAsyncEnumerable<WatchEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var subscriber = new StreamSubscriber(_spec, Options);
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
