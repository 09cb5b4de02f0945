using System.Runtime.CompilerServices;
using Coordination.Discovery.Registration;
using Coordination.Etcd;

namespace Coordination;

/// <summary>A registration of a system. What it says is in <see cref="IServiceRegistration"/>.</summary>
internal sealed class ServiceRegistration : IServiceRegistration
{
    private readonly CoordinationSystem _system;
    private readonly RegistrationCell _cell;
    private readonly Lock _lock = new();
    private Task? _leaving;

    public ServiceRegistration(CoordinationSystem system, RegistrationCell cell)
    {
        _system = system;
        _cell = cell;
    }

    public ServiceInstance Instance => _cell.Wish;

    public RegistrationState State => Health.State;

    public RegistrationHealth Health => _cell.Health;

    public LeaseId Lease => _cell.Lease;

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
                    $"{Instance.Service}/{Instance.Id} is not registered after {timeout.TotalSeconds:0.###} s, but {health.State}"
                    + $"{EndpointText.Beside(health.Problem, _system.Etcd.Endpoints)}: {health.Problem ?? "etcd has not answered"}",
                    health.Error);
        }
    }

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

    public Task SetStateAsync(InstanceState state, CancellationToken cancellationToken = default) =>
        UpdateAsync(instance => instance with { State = state }, cancellationToken);

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
