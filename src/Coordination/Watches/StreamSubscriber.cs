using System.Threading.Channels;

namespace Coordination.Watches;

/// <summary>One enumeration of a watch.</summary>
internal sealed class StreamSubscriber(WatchSpec spec, KeyWatchOptions options) : WatchSubscriber(spec, options)
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private CoordinationException? _end;

    public override void Take(WatchEvent told)
    {
        lock (Gate)
        {
            Buffer.Add(told);
        }

        _signal.Writer.TryWrite(true);
    }

    public override void End(CoordinationException error)
    {
        lock (Gate)
        {
            _end ??= error;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>The next event; what came before the end is still read.</summary>
    /// <exception cref="CoordinationException">It is over.</exception>
    public async ValueTask<WatchEvent> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryRead() is { } next)
            {
                return next;
            }

            await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The next event, or null when there is none now.</summary>
    /// <exception cref="CoordinationException">It is over.</exception>
    public WatchEvent? TryRead()
    {
        Func<WatchEvent>? next;
        lock (Gate)
        {
            next = Buffer.Take();
            if (next is null && _end is { } end)
            {
                throw new CoordinationException(end.Kind, end.Message, end);
            }
        }

        return next?.Invoke();
    }
}
