using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Etcdserverpb;
using WatchStream = Coordination.Embedded.Watches.WatchStream;

namespace Coordination.Simulation;

/// <summary>One watch on a stream of its own: what it tells comes in order, late, and stops when the stream breaks.</summary>
internal sealed class SimWatch : IEtcdWatch
{
    private readonly World _world;
    private readonly SimEtcd _etcd;
    private readonly SimClient _client;
    private readonly SimProcess _process;
    private readonly Action<EtcdWatchSignal> _onSignal;
    private readonly WatchFragments _fragments = new();
    private WatchStream? _stream;
    private TimeSpan _lastArrival;
    private bool _isOver;

    public SimWatch(World world, SimEtcd etcd, SimClient client, SimProcess process, EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        (_world, _etcd, _client, _process, _onSignal) = (world, etcd, client, process, onSignal);
        if (client.IsCut)
        {
            Send(Lost());
            return;
        }

        world.After(client.OnTheWay(), () =>
        {
            if (_isOver)
            {
                return;
            }

            if (!etcd.IsUp || client.IsCut)
            {
                Send(Lost());
                return;
            }

            etcd.Add(this);
            _stream = etcd.Node.Watches.Open(Pump);
            _stream.Handle(new WatchRequest { CreateRequest = spec.ToProto(1) });
            Pump();
        });
    }

    public void Dispose()
    {
        _isOver = true;
        Close();
    }

    /// <summary>The stream breaks.</summary>
    public void Break()
    {
        if (!_isOver && _stream is not null)
        {
            Close();
            Send(Lost());
        }
    }

    private static EtcdWatchSignal.Ended Lost() => new(SimClient.Broken(WriteOutcome.Unknown));

    // Called inside of writes: what is to be told is taken once they are done.
    private void Pump() => _world.After(TimeSpan.Zero, () =>
    {
        while (!_isOver && _stream is { HasWork: true })
        {
            foreach (var response in _stream.Take())
            {
                Tell(response);
            }
        }
    });

    private void Tell(WatchResponse response)
    {
        if (_client.IsCut || (response.Events.Count > 0 && _world.Happens(_client.Network.BreaksWatches)))
        {
            Break();
            return;
        }

        var header = response.Header.ToHeader();
        if (response.Canceled)
        {
            Close();
            Send(new EtcdWatchSignal.Ended(EtcdErrors.WatchCancelled(response.CancelReason, response.CompactRevision, _client.Endpoints[0])));
        }
        else if (response.Created)
        {
            Send(new EtcdWatchSignal.Created(header));
        }
        else if (_fragments.Join(response) is { IsDefault: false } events)
        {
            Send(events.IsEmpty ? new EtcdWatchSignal.Progress(header) : new EtcdWatchSignal.Changes(header, events));
        }
    }

    private void Send(EtcdWatchSignal signal)
    {
        var arrival = _world.Now + _client.OnTheWay();
        _lastArrival = arrival > _lastArrival ? arrival : _lastArrival;
        _world.At(_lastArrival, () => _process.Deliver(() =>
        {
            if (!_isOver)
            {
                _isOver = signal is EtcdWatchSignal.Ended;
                _onSignal(signal);
            }
        }));
    }

    private void Close()
    {
        _etcd.Remove(this);
        _client.Forget(this);
        _stream?.Close();
        _stream = null;
    }
}
