using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A registration: the wish that an instance is registered, and what fulfils it until <see cref="DeregisterAsync"/>. Whatever happens to the lease, the
/// keys or etcd, it comes back by itself. Thread-safe.
/// <para>
/// When two claim the same keys, the one that has them keeps them, and the other one is in <see cref="RegistrationState.Conflict"/> until they are gone. Only a claim
/// of the same address counts as the successor of a process that crashed. Keys that somebody overwrites are put back, three times a minute at most.
/// </para>
/// </summary>
public interface IServiceRegistration : IAsyncDisposable
{
    /// <summary>What is wished for.</summary>
    ServiceInstance Instance { get; }

    /// <summary>Its state. Already old when it is returned.</summary>
    RegistrationState State { get; }

    /// <summary>Its state, and what stands in the way.</summary>
    RegistrationHealth Health { get; }

    /// <summary>The lease that its keys were last put on, or none.</summary>
    LeaseId Lease { get; }

    /// <summary>Waits until it is <see cref="RegistrationState.Registered"/>.</summary>
    /// <exception cref="CoordinationException">
    /// It was not within <paramref name="timeout"/> (it goes on trying), or it is deregistered, and the message says what stands in the way; or the system has stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task WaitUntilRegisteredAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>The health, now and whenever it changes. A slow reader misses changes in between, never the newest. Ends with Deregistered, or with the system.</summary>
    IAsyncEnumerable<RegistrationHealth> HealthAsync(CancellationToken cancellationToken = default);

    /// <summary>Says that the instance is starting, serving or draining. See <see cref="UpdateAsync"/>.</summary>
    Task SetStateAsync(InstanceState state, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes what the instance says about itself. Service, id, host and port stay. Completes when it is in etcd; while etcd is away, or while somebody else has
    /// the keys, it waits. Updates are applied in the order of their calls; when several wait, only the last one is written.
    /// </summary>
    /// <param name="change">Makes the new wish from the present one; runs at once, on the caller's thread.</param>
    /// <param name="cancellationToken">Stops waiting, not the wish.</param>
    /// <exception cref="ArgumentException">The change is not allowed, or does not fit into the layout.</exception>
    /// <exception cref="CoordinationException">It is deregistered, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">Stops waiting, not the wish.</exception>
    Task UpdateAsync(Func<ServiceInstance, ServiceInstance> change, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes the instance out of etcd. Idempotent. Completes when it is certainly gone; while etcd is away, it waits. When the caller stops waiting, it goes on by
    /// itself. Its own lease, if it has one, is revoked.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller does not wait any longer.</exception>
    /// <exception cref="CoordinationException">The system stopped before it was done; what is left goes with the lease.</exception>
    Task DeregisterAsync(CancellationToken cancellationToken = default);
}
