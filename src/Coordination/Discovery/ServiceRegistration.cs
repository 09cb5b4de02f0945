using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A registration: the wish that an instance is registered, and whoever sees to it until <see cref="DeregisterAsync"/>. Whatever happens to the lease, the
/// keys or etcd, it comes back by itself. Thread-safe.
/// </summary>
public sealed class ServiceRegistration : IAsyncDisposable
{
    internal ServiceRegistration()
    {
    }

    /// <summary>What is wished for.</summary>
    public ServiceInstance Instance => throw new NotImplementedException();

    /// <summary>How it is doing. Already old when it is returned.</summary>
    public RegistrationState State => throw new NotImplementedException();

    /// <summary>How it is doing, and what stands in the way.</summary>
    public RegistrationHealth Health => throw new NotImplementedException();

    /// <summary>The lease that its keys were last put on, or none.</summary>
    public LeaseId Lease => throw new NotImplementedException();

    /// <summary>Waits until it is <see cref="RegistrationState.Registered"/>.</summary>
    /// <exception cref="CoordinationException">It was not within <paramref name="timeout"/> (it goes on trying), or it is deregistered; the message says what stands in the way.</exception>
    public Task WaitUntilRegisteredAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The health, now and whenever it changes. A slow reader misses what is between, not the newest. Ends with Deregistered.</summary>
    public IAsyncEnumerable<RegistrationHealth> HealthAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says that the instance is starting, serving or draining. See <see cref="UpdateAsync"/>.</summary>
    public Task SetStateAsync(InstanceState state, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Changes what the instance says about itself. Service, id, host and port stay. Completes when it is in etcd; while etcd is away, it waits. Updates are applied in the order of their calls;
    /// when several wait, only the last one is written.
    /// </summary>
    /// <exception cref="ArgumentException">The change is not allowed, or does not fit into the layout.</exception>
    /// <exception cref="CoordinationException">It is deregistered, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The caller does not wait any longer; the wish stays.</exception>
    public Task UpdateAsync(Func<ServiceInstance, ServiceInstance> change, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Takes the instance out of etcd. Idempotent. Completes when it is gone; while etcd is away until its lease can have no life any more. When the caller
    /// does not wait any longer, it goes on by itself.
    /// </summary>
    public Task DeregisterAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary><see cref="DeregisterAsync"/>, at most for <see cref="CoordinationOptions.StopTimeout"/>; does not throw.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
