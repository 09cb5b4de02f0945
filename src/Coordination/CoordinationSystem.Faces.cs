using Coordination.Etcd;
using Coordination.Hosting;

namespace Coordination;

/// <content>The faces that are injected, and what is known about the system's health.</content>
public sealed partial class CoordinationSystem : ILocks, IElections, IServiceRegistry, IWatches
{
    /// <summary>How the system is doing now: what it knows, without asking etcd. Cheap; for health checks and dashboards.</summary>
    public CoordinationHealth Health => HealthReading.Of(_context, Stopped.IsCancellationRequested);

    /// <summary>
    /// One actor for all messages of actors of the host: <see cref="AcquireLock"/>, <see cref="Campaign"/>, <see cref="SubscribeToLeader"/>,
    /// <see cref="RegisterService"/>, <see cref="SubscribeToService"/>, <see cref="SubscribeToKeys"/>. It answers their sender. Made when first asked for.
    /// </summary>
    /// <exception cref="CoordinationException">The system has stopped.</exception>
    public IActorRef Gate
    {
        get
        {
            lock (_lock)
            {
                return _gate ??= StartErrand(CoordinationGate.PropsFor(this));
            }
        }
    }

    /// <summary>A client for a container, which may dispose it: the system's own stays as it is.</summary>
    internal IEtcdClient BorrowEtcd() => new BorrowedEtcdClient(Etcd);
}
