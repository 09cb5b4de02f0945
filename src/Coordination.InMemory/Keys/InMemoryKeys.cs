using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.InMemory.Keys;

/// <summary>The keys of a world, with their whole history, and who watches them.</summary>
internal sealed class InMemoryKeys(World world) : IWatches
{
    private readonly SortedDictionary<Bytes, KeyValue> _keys = [];
    private readonly List<EtcdEvent> _history = [];
    private readonly List<Channel<EtcdEvent>> _watchers = [];

    public IAsyncEnumerable<WatchEvent> Watch(KeyRange keys, KeyWatchOptions? options = null)
    {
        if (keys.Key.IsEmpty || keys.IsEmpty)
        {
            throw new ArgumentException($"The range {keys} of a watch has no key.", nameof(keys));
        }

        return ReadAsync(keys, options ?? new KeyWatchOptions());
    }

    public Revision Put(Bytes key, Bytes value)
    {
        lock (world.Gate)
        {
            var at = world.NextRevision();
            var before = _keys.GetValueOrDefault(key);
            var now = new KeyValue(key, value, before?.CreateRevision ?? at, at, (before?.Version ?? 0) + 1, LeaseId.None);
            _keys[key] = now;
            Tell(new EtcdEvent(IsDelete: false, now, before));
            return at;
        }
    }

    public bool Delete(Bytes key)
    {
        lock (world.Gate)
        {
            if (!_keys.Remove(key, out var before))
            {
                return false;
            }

            Tell(new EtcdEvent(IsDelete: true, new KeyValue(key, Bytes.Empty, Revision.None, world.NextRevision(), 0, LeaseId.None), before));
            return true;
        }
    }

    private void Tell(EtcdEvent told)
    {
        _history.Add(told);
        _watchers.ForEach(watcher => watcher.Writer.TryWrite(told));
    }

    private async IAsyncEnumerable<WatchEvent> ReadAsync(KeyRange keys, KeyWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        world.Check(cancellationToken);
        var watcher = Channel.CreateUnbounded<EtcdEvent>();
        var begin = Begin(watcher, keys, options);
        try
        {
            if (begin is not null)
            {
                yield return begin;
            }

            await foreach (var told in watcher.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (keys.Contains(told.Current.Key) && !(told.IsDelete ? options.NoDeletes : options.NoPuts))
                {
                    yield return new WatchEvent.Changed(told.Current.ModRevision, [options.PreviousValue ? told : told with { Previous = null }]);
                }
            }
        }
        finally
        {
            lock (world.Gate)
            {
                _watchers.Remove(watcher);
            }
        }
    }

    /// <summary>What is there now, or what happened since the revision to begin with.</summary>
    private WatchEvent.Snapshot? Begin(Channel<EtcdEvent> watcher, KeyRange keys, KeyWatchOptions options)
    {
        lock (world.Gate)
        {
            _watchers.Add(watcher);
            if (options.From == Revision.None)
            {
                return new WatchEvent.Snapshot(world.Revision, [.. _keys.Values.Where(kv => keys.Contains(kv.Key))]);
            }

            foreach (var told in _history.Where(told => told.Current.ModRevision >= options.From))
            {
                watcher.Writer.TryWrite(told);
            }

            return null;
        }
    }
}
