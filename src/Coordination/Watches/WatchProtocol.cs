using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Watches;

/// <summary>What a WatcherActor is told. It starts by itself and ends when it is stopped. What it tells is a <see cref="WatchEvent"/>.</summary>
internal abstract record WatchMessage
{
    private WatchMessage()
    {
    }

    /// <summary>Command: begin.</summary>
    public sealed record Start : WatchMessage;

    /// <summary>Command: another subscriber.</summary>
    public sealed record Join(WatchSubscriber Subscriber) : WatchMessage;

    /// <summary>Command: a subscriber wants no more.</summary>
    public sealed record Leave(WatchSubscriber Subscriber) : WatchMessage;

    /// <summary>Fact: keys were read, all or a page of them.</summary>
    public sealed record Listed(GetResult Result) : WatchMessage;

    /// <summary>Fact: etcd answered a linearizable read, whatever it found.</summary>
    public sealed record Checked(EtcdHeader Header) : WatchMessage;

    /// <summary>Fact: the keys could not be read, or the check was not answered.</summary>
    public sealed record ListFailed(EtcdException Error) : WatchMessage;

    /// <summary>Fact: the stream reported something. <paramref name="Generation"/> tells a stream from those before it.</summary>
    public sealed record Signalled(long Generation, EtcdWatchSignal Signal) : WatchMessage
    {
        /// <summary>When it arrived; nothing when nobody measures that.</summary>
        public Instant? ArrivedAt { get; init; }
    }

    /// <summary>Fact: the backoff is over.</summary>
    public sealed record RetryDue : WatchMessage;

    /// <summary>Fact: a stream has lived for a while.</summary>
    public sealed record StableDue(long Generation) : WatchMessage;
}
