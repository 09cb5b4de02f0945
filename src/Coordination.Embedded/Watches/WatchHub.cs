using Coordination.Embedded.Store;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Watches;

/// <summary>
/// All watches of a server. Publishing a commit only queues it; sending is the business of each stream, so a slow client never holds up the
/// store. Not thread-safe.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="header">The header of replies that speak of a revision.</param>
/// <param name="refuse">Why the owner of a token may not watch a range; null when it may.</param>
internal sealed class WatchHub(MvccStore store, Func<long, ResponseHeader> header, Func<string?, ByteString, ByteString, string?> refuse)
{
    private readonly WatcherIndex _index = new();
    private readonly HashSet<WatchStream> _streams = [];
    private readonly List<Watcher> _touched = [];

    public MvccStore Store { get; } = store;

    public IReadOnlyCollection<WatchStream> Streams => _streams;

    /// <summary>Opens a stream.</summary>
    /// <param name="ready">Called, perhaps inside of a write, when the stream has something to send.</param>
    /// <param name="token">The token that came with the stream, if one did.</param>
    public WatchStream Open(Action ready, string? token = null)
    {
        var stream = new WatchStream(this, ready, token);
        _streams.Add(stream);
        return stream;
    }

    public void Publish(Commit commit)
    {
        foreach (var change in commit.Changes)
        {
            _index.Visit(change.Key, watcher => Collect(watcher, change, commit.Revision));
        }

        foreach (var watcher in _touched)
        {
            watcher.Stream.Enqueue(watcher, commit.Revision, [.. watcher.Collected]);
            watcher.Collected.Clear();
        }

        _touched.Clear();
    }

    /// <summary>The tick of the progress notifications.</summary>
    public void NotifyProgress()
    {
        foreach (var stream in _streams)
        {
            stream.NotifyProgress();
        }
    }

    internal string? Refuse(string? token, ByteString key, ByteString rangeEnd) => refuse(token, key, rangeEnd);

    internal ResponseHeader Header(long revision) => header(revision);

    internal void Add(Watcher watcher) => _index.Add(watcher);

    internal void Remove(Watcher watcher) => _index.Remove(watcher);

    internal void Remove(WatchStream stream) => _streams.Remove(stream);

    private void Collect(Watcher watcher, Change change, long revision)
    {
        if (watcher.IsLagging || watcher.Next > revision || !watcher.Wants(change))
        {
            return;
        }

        if (watcher.Collected.Count == 0)
        {
            _touched.Add(watcher);
        }

        watcher.Collected.Add(change);
    }
}
