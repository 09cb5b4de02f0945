using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Discovery.Views;

/// <summary>
/// One reader of the changes of a service, with a bounded buffer. When it is full, what waits in it is dropped and the reader gets the whole view, with the
/// difference to what it had read.
/// </summary>
internal sealed class ChangeReader(ServiceFeed feed, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<ServiceChange> _waiting = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<Bytes, ServiceInstance> _read = [];
    private ViewReason? _wholeFor = feed.Current.IsKnown ? ViewReason.Snapshot : null;

    public void Offer(ImmutableArray<ServiceChange> changes)
    {
        lock (_lock)
        {
            if (_wholeFor is not null)
            {
                // The whole view that is to be read next will be the newest.
                return;
            }

            if (_waiting.Count + changes.Length > capacity)
            {
                _waiting.Clear();
                _wholeFor = ViewReason.Conflated;
            }
            else
            {
                foreach (var change in changes)
                {
                    _waiting.Enqueue(change);
                }
            }
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Ends the reading, after what waits.</summary>
    public void Complete() => _signal.Writer.TryComplete();

    public async IAsyncEnumerable<ServiceChange> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            while (Next() is { } change)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return change;
            }
        }
        while (await WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        await _signal.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _signal.Reader.TryRead(out _);

    private ServiceChange? Next()
    {
        lock (_lock)
        {
            if (_wholeFor is { } reason)
            {
                return Note(Whole(reason));
            }

            return _waiting.TryDequeue(out var change) ? Note(change) : null;
        }
    }

    private ServiceChange.Resynced Whole(ViewReason reason)
    {
        _wholeFor = null;
        var view = feed.Current;
        if (view.IsStale)
        {
            _waiting.Enqueue(new ServiceChange.Stale(view.Service, view.Revision, feed.LastError));
        }

        return new ServiceChange.Resynced(view.Service, view.Revision, view, ViewDifference.Between(_read, view), reason);
    }

    /// <summary>Keeps account of what the reader has been told.</summary>
    private ServiceChange Note(ServiceChange change)
    {
        switch (change)
        {
            case ServiceChange.Up e:
                _read[e.Instance.Key] = e.Instance;
                break;
            case ServiceChange.Changed e:
                _read[e.Instance.Key] = e.Instance;
                break;
            case ServiceChange.Down e:
                _read.Remove(e.Instance.Key);
                break;
            case ServiceChange.Resynced e:
                _read.Clear();
                foreach (var instance in e.View.Instances)
                {
                    _read.Add(instance.Key, instance);
                }

                break;
        }

        return change;
    }
}
