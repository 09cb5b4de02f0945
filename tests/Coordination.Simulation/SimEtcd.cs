using System.Globalization;
using Coordination.Embedded;
using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Etcdserverpb;
using WatchStream = Coordination.Embedded.Watches.WatchStream;

namespace Coordination.Simulation;

/// <summary>etcd in a run: the node that the embedded server is made of, in true time, with a history of what its keys were.</summary>
internal sealed class SimEtcd
{
    private const long Bump = 1_000_000;

    private static readonly RangeRequest All = new EtcdOp.Get(KeyRange.All).ToProto();

    private readonly World _world;
    private readonly List<SimWatch> _watches = [];
    private readonly WatchFragments _fragments = new();
    private WatchStream _writing;
    private Revision _written;

    public SimEtcd(World world)
    {
        _world = world;
        Time = new SimClock(() => world, static action => action());
        Node = new EtcdNode(new NodeSettings { Identity = new ClusterIdentity(1, 1, 1) }, Time);
        _writing = Write();
        world.After(NodeSettings.SweepInterval, Sweep);
    }

    public SimClock Time { get; }

    public EtcdNode Node { get; }

    /// <summary>All that it did.</summary>
    public WrittenHistory History { get; } = new();

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
        Stop();
        _world.After(away, () =>
        {
            Node.Restart();
            Start();
            _world.Note("etcd", "started");
        });
    }

    /// <summary>
    /// Stops it, and starts a new cluster from a backup, as docs/running-etcd.md says: after all leases could have ended, and with larger revisions than any that were lost.
    /// </summary>
    /// <param name="away">For how long there is none.</param>
    /// <param name="age">How old the backup is: 0 is the latest that there can be, 1 the oldest.</param>
    public void RestoreBackup(TimeSpan away, double age)
    {
        var oldest = Math.Max(1, Node.Store.CompactedRevision);
        var backup = Node.Store.CurrentRevision - (long)((Node.Store.CurrentRevision - oldest) * age);
        Stop();
        _world.After(away, () =>
        {
            Node.RestoreBackup(backup, Bump);
            _written = new Revision(Node.Store.CurrentRevision);
            History.Restore(Node.Range(All).ToResult().KeyValues, _written, _world.Now.Ticks);
            Start();
            _world.Note("etcd", $"restored from a backup at {backup}; goes on after {_written}");
        });
    }

    /// <summary>Another member leads from now on, and gives every lease its whole time again. It knows all that was written.</summary>
    public void ChangeLeader()
    {
        Take();
        foreach (var watch in _watches.ToList())
        {
            watch.Break();
        }

        Node.Restart();
        _writing = Write();
        _world.Note("etcd", $"term {Node.Identity.Term}");
    }

    public void Compact()
    {
        if (IsUp && Node.Store.CurrentRevision > Node.Store.CompactedRevision + 1)
        {
            Node.Compact(new CompactionRequest { Revision = Node.Store.CurrentRevision });
            _world.Note("etcd", $"compacted at {Node.Store.CurrentRevision}");
        }
    }

    public void Add(SimWatch watch) => _watches.Add(watch);

    public void Remove(SimWatch watch) => _watches.Remove(watch);

    private void Stop()
    {
        Take();
        IsUp = false;
        foreach (var watch in _watches.ToList())
        {
            watch.Break();
        }
    }

    private void Start()
    {
        IsUp = true;
        _writing = Write();
    }

    /// <summary>Writes down what it does from where that ended.</summary>
    private WatchStream Write()
    {
        // Called inside of writes: what is to be told is taken once they are done.
        var stream = Node.Watches.Open(() => _world.After(TimeSpan.Zero, Take));
        stream.Handle(new WatchRequest { CreateRequest = new EtcdWatchSpec(KeyRange.All, _written.Next).ToProto(1) });
        return stream;
    }

    private void Take()
    {
        while (_writing.HasWork)
        {
            foreach (var response in _writing.Take())
            {
                foreach (var change in _fragments.Join(response) is { IsDefault: false } events ? events : [])
                {
                    _written = change.Current.ModRevision;
                    History.Add(change, _world.Now.Ticks);
                }
            }
        }
    }

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
