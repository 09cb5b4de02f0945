using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Simulation;

/// <summary>Somebody who follows all keys by a watch: what it knows can be checked against etcd at every step and at the end.</summary>
internal sealed class Mirror(World world, string process, WatchSpec spec) : WatchSubscriber(spec, new KeyWatchOptions())
{
    private readonly Dictionary<Bytes, KeyValue> _keys = [];
    private Revision _revision;

    public static Mirror Begin(World world, SimProcess process)
    {
        var mirror = new Mirror(world, process.Name, new WatchSpec(KeyRange.Prefix("/"), Revision.None));
        process.Context.Roots.Of<WatchesCommand>().Tell(new WatchesCommand.Subscribe(mirror), Akka.Actor.ActorRefs.NoSender);
        return mirror;
    }

    public override void Take(WatchEvent told)
    {
        Buffer.Add(told);
        while (Buffer.Take() is { } next)
        {
            Apply(next());
        }
    }

    public override void End(CoordinationException error)
    {
    }

    /// <summary>Whether it is what etcd has.</summary>
    public void Check(IReadOnlyCollection<KeyValue> stored)
    {
        if (!_keys.Values.ToHashSet().SetEquals(stored))
        {
            world.Violate($"{process} sees {Text(_keys.Values)} at {_revision.Value}, and etcd has {Text(stored)}");
        }
    }

    private static string Text(IEnumerable<KeyValue> keys) => $"[{string.Join(", ", keys.Select(static kv => $"{kv.Key}@{kv.ModRevision.Value}").Order(StringComparer.Ordinal))}]";

    private void Apply(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Snapshot e:
                Replace(e.KeyValues);
                _revision = e.Revision;
                break;
            case WatchEvent.Changed e:
                if (e.Revision <= _revision || e.Events.Any(change => change.Current.ModRevision <= _revision || change.Current.ModRevision > e.Revision))
                {
                    world.Violate($"{process} is told of revision {e.Revision.Value} after {_revision.Value}");
                }

                Change(e.Events);
                _revision = e.Revision;
                break;
            case WatchEvent.Resynced e:
                Change(e.Difference);
                Check(e.KeyValues);
                _revision = e.Revision;
                break;
        }
    }

    private void Replace(IEnumerable<KeyValue> keys)
    {
        _keys.Clear();
        foreach (var kv in keys)
        {
            _keys[kv.Key] = kv;
        }
    }

    private void Change(IEnumerable<EtcdEvent> changes)
    {
        foreach (var change in changes)
        {
            if (change.IsDelete)
            {
                _keys.Remove(change.Current.Key);
            }
            else
            {
                _keys[change.Current.Key] = change.Current;
            }
        }
    }
}
