using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Coordination.Elections;

/// <summary>Where an observation goes. What repeats the last is left out, also across a restart of the observation.</summary>
internal abstract class LeaderFeed
{
    private LeaderChanged? _last;

    /// <summary>Tells who leads. Called by one observation, one after the other.</summary>
    public void Tell(LeaderChanged changed)
    {
        if (_last is null || _last.Leader != changed.Leader)
        {
            _last = changed;
            Take(changed);
        }
    }

    /// <summary>Nothing follows.</summary>
    public virtual void End()
    {
    }

    protected abstract void Take(LeaderChanged changed);
}

/// <summary>To a reader who takes them when it likes: bounded; when it is slow the oldest give way, never the latest.</summary>
internal sealed class BufferedLeaderFeed : LeaderFeed
{
    private readonly Channel<LeaderChanged> _channel;
    private int _skipped;

    public BufferedLeaderFeed(int capacity) => _channel = Channel.CreateBounded<LeaderChanged>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _skipped));

    public override void End() => _channel.Writer.TryComplete();

    /// <summary>Until the feed ends.</summary>
    public async IAsyncEnumerable<LeaderChanged> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var changed in _channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return changed with { Skipped = Interlocked.Exchange(ref _skipped, 0) };
        }
    }

    protected override void Take(LeaderChanged changed) => _channel.Writer.TryWrite(changed);
}

/// <summary>To an actor of the host, one message for each change.</summary>
internal sealed class ActorLeaderFeed(IActorRef subscriber) : LeaderFeed
{
    public IActorRef Subscriber => subscriber;

    protected override void Take(LeaderChanged changed) => subscriber.Tell(changed, ActorRefs.NoSender);
}
