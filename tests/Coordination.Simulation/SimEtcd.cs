using System.Globalization;
using Coordination.Embedded;

namespace Coordination.Simulation;

/// <summary>etcd in a run: the node that the embedded server is made of, in true time, with a history of what its keys were.</summary>
internal sealed class SimEtcd
{
    private readonly World _world;
    private readonly List<SimWatch> _watches = [];

    public SimEtcd(World world)
    {
        _world = world;
        Time = new SimClock(() => world, static action => action());
        Node = new EtcdNode(new NodeSettings { Identity = new ClusterIdentity(1, 1, 1) }, Time);
        world.After(NodeSettings.SweepInterval, Sweep);
    }

    public SimClock Time { get; }

    public EtcdNode Node { get; }

    /// <summary>Whether it serves.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>Kills it, and starts it again after a while with all that it had stored.</summary>
    public void Restart(TimeSpan away)
    {
        if (!IsUp)
        {
            return;
        }

        _world.Note("etcd", $"killed for {away.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)} s");
        IsUp = false;
        foreach (var watch in _watches.ToList())
        {
            watch.Break();
        }

        _world.After(away, () =>
        {
            IsUp = true;
            Node.Restart();
            _world.Note("etcd", "started");
        });
    }

    public void Compact()
    {
        if (IsUp && Node.Store.CurrentRevision > Node.Store.CompactedRevision + 1)
        {
            Node.Compact(new Etcdserverpb.CompactionRequest { Revision = Node.Store.CurrentRevision });
            _world.Note("etcd", $"compacted at {Node.Store.CurrentRevision}");
        }
    }

    public void Add(SimWatch watch) => _watches.Add(watch);

    public void Remove(SimWatch watch) => _watches.Remove(watch);

    private void Sweep()
    {
        if (IsUp)
        {
            var before = Node.Store.CurrentRevision;
            Node.Sweep();
            if (Node.Store.CurrentRevision != before)
            {
                _world.Note("etcd", $"expired leases, at {Node.Store.CurrentRevision}");
            }
        }

        _world.After(NodeSettings.SweepInterval, Sweep);
    }
}
