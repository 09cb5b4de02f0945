using System.Runtime.CompilerServices;
using Coordination.Discovery.Registration;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A registration: the wish that an instance is registered, and whoever sees to it until <see cref="DeregisterAsync"/>. Whatever happens to the lease, the
/// keys or etcd, it comes back by itself. Thread-safe.
/// <para>
/// Two that claim the same keys: who has them, keeps them, and the other one is in <see cref="RegistrationState.Conflict"/> until they are gone. Only a claim
/// of the same address is taken for the successor of a process that crashed. Keys that somebody overwrites are put back, three times a minute at most.
/// </para>
/// </summary>
public sealed class ServiceRegistration : IAsyncDisposable
{
    private readonly CoordinationSystem _system;
    private readonly RegistrationCell _cell;
    private readonly Lock _lock = new();
    private Task? _leaving;

    internal ServiceRegistration(CoordinationSystem system, RegistrationCell cell)
    {
        _system = system;
        _cell = cell;
    }

    /// <summary>What is wished for.</summary>
    public ServiceInstance Instance => _cell.Wish;

    /// <summary>How it is doing. Already old when it is returned.</summary>
    public RegistrationState State => Health.State;

    /// <summary>How it is doing, and what stands in the way.</summary>
    public RegistrationHealth Health => _cell.Health;

    /// <summary>The lease that its keys were last put on, or none.</summary>
    public LeaseId Lease => _cell.Lease;

    /// <summary>Waits until it is <see cref="RegistrationState.Registered"/>.</summary>
    /// <exception cref="CoordinationException">
    /// It was not within <paramref name="timeout"/> (it goes on trying), or it is deregistered, and the message says what stands in the way; or the system has stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitUntilRegisteredAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _system.Stopped);
        using var limit = new CancellationTokenSource(timeout, _system.Options.TimeProvider);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(end.Token, limit.Token);
        try
        {
            while (true)
            {
                var (sight, changed) = _cell.Look();
                switch (sight.Health.State)
                {
                    case RegistrationState.Registered:
                        return;
                    case RegistrationState.Deregistering or RegistrationState.Deregistered:
                        throw RegistrationReply.Left(Instance).Error;
                }

                await changed.WaitAsync(any.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var health = Health;
            throw _system.Stopped.IsCancellationRequested
                ? _system.HasStopped()
                : new CoordinationException(
                    health.State is RegistrationState.Conflict ? CoordinationErrorKind.InvalidRequest : health.Error?.Kind ?? CoordinationErrorKind.Unavailable,
                    $"{Instance.Service}/{Instance.Id} is not registered after {timeout.TotalSeconds:0.###} s ({health.State}, endpoints "
                    + $"{string.Join(", ", _system.Etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)))}): {health.Problem ?? "etcd has not answered"}",
                    health.Error);
        }
    }

    /// <summary>The health, now and whenever it changes. A slow reader misses what is between, not the newest. Ends with Deregistered, or with the system.</summary>
    public async IAsyncEnumerable<RegistrationHealth> HealthAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _system.Stopped);
        RegistrationHealth? told = null;
        while (true)
        {
            var (sight, changed) = _cell.Look();
            if (sight.Health != told)
            {
                yield return told = sight.Health;
            }

            if (told.State is RegistrationState.Deregistered || _system.Stopped.IsCancellationRequested)
            {
                yield break;
            }

            await changed.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Says that the instance is starting, serving or draining. See <see cref="UpdateAsync"/>.</summary>
    public Task SetStateAsync(InstanceState state, CancellationToken cancellationToken = default) =>
        UpdateAsync(instance => instance with { State = state }, cancellationToken);

    /// <summary>
    /// Changes what the instance says about itself. Service, id, host and port stay. Completes when it is in etcd; while etcd is away, or while somebody else has
    /// the keys, it waits. Updates are applied in the order of their calls; when several wait, only the last one is written.
    /// </summary>
    /// <param name="change">Makes the new wish of the present one; runs at once, on the caller's thread.</param>
    /// <param name="cancellationToken">The caller does not wait any longer; the wish stays.</param>
    /// <exception cref="ArgumentException">The change is not allowed, or does not fit into the layout.</exception>
    /// <exception cref="CoordinationException">It is deregistered, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The caller does not wait any longer; the wish stays.</exception>
    public async Task UpdateAsync(Func<ServiceInstance, ServiceInstance> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        cancellationToken.ThrowIfCancellationRequested();
        Task<RegistrationReply> reply;
        lock (_lock)
        {
            var next = change(Instance);
            Check(next);
            if (_leaving is not null)
            {
                throw RegistrationReply.Left(Instance).Error;
            }

            _cell.Wish = next;
            reply = _system.AskAsync<RegistrationReply>(new RegistrationCommand.Update(_cell, RegistrationRequestId.Next()));
        }

        await AnswerAsync(reply, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes the instance out of etcd. Idempotent. Completes when it is certainly gone; while etcd is away, it waits. When the caller does not wait any longer, it
    /// goes on by itself. A lease of its own is revoked.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller does not wait any longer.</exception>
    /// <exception cref="CoordinationException">The system has stopped before it was done; what is left goes with the lease.</exception>
    public Task DeregisterAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _cell.IsLeaving = true;
            _leaving ??= AnswerAsync(
                _system.AskAsync<RegistrationReply>(new RegistrationCommand.Leave(_cell, RegistrationRequestId.Next())), CancellationToken.None);
            return _leaving.WaitAsync(cancellationToken);
        }
    }

    /// <summary><see cref="DeregisterAsync"/>, at most for <see cref="CoordinationOptions.StopTimeout"/>; does not throw.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_system.Options.StopTimeout, _system.Options.TimeProvider);
        try
        {
            await DeregisterAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or CoordinationException)
        {
            // It goes on by itself, or goes with the lease.
        }
    }

    private static async Task AnswerAsync(Task<RegistrationReply> reply, CancellationToken cancellationToken)
    {
        if (await reply.WaitAsync(cancellationToken).ConfigureAwait(false) is RegistrationReply.Failed failed)
        {
            throw failed.Error;
        }
    }

    private void Check(ServiceInstance next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var now = Instance;
        if ((next.Service, next.Id, next.Host, next.Port) != (now.Service, now.Id, now.Host, now.Port))
        {
            throw new ArgumentException($"An update cannot make {next} of {now}: service, id, host and port stay. Deregister it and register the other one.", nameof(next));
        }

        CoordinationSystem.CheckInstance(next, _cell.Options, nameof(next));
    }
}
