using Coordination.Etcd;
using Coordination.Hosting;
using Coordination.Messages;

namespace Coordination;

/// <content>The faces that are injected, and what is known about the system's health.</content>
public sealed partial class CoordinationSystem : ILocks, IElections, IServiceRegistry, IWatches
{
    /// <summary>The health of the system, as far as it knows without asking etcd. Cheap; for health checks and dashboards.</summary>
    public CoordinationHealth Health => HealthReading.Of(_context, Stopped.IsCancellationRequested);

    /// <summary>
    /// The actor for the actors of the host: tell it <see cref="LockRequest"/>, <see cref="ElectionRequest"/>, <see cref="ServiceRequest"/> and <see cref="KeysRequest"/>. It
    /// answers their sender. Created at the first call.
    /// </summary>
    /// <exception cref="CoordinationException">The system has stopped.</exception>
    public IActorRef Actor
    {
        get
        {
            lock (_lock)
            {
                return _actor ??= StartErrand(CoordinationActor.PropsFor(this));
            }
        }
    }

    /// <summary>A client for a container, which may dispose it: the system's own stays as it is.</summary>
    internal IEtcdClient BorrowEtcd() => new BorrowedEtcdClient(Etcd);
}
