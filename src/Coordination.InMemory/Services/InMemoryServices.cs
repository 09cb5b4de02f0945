using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.InMemory.Services;

/// <summary>All services of a world: who is registered, and who looks.</summary>
internal sealed class InMemoryServices(World world) : IServiceRegistry
{
    private readonly Dictionary<string, ImmutableSortedDictionary<string, ServiceInstance>> _services = new(StringComparer.Ordinal);
    private readonly List<InMemoryDiscovery> _discoveries = [];

    public World World => world;

    public IServiceRegistration Register(ServiceInstance instance, RegistrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(instance);
        world.Check(CancellationToken.None);
        lock (world.Gate)
        {
            if (Of(instance.Service).ContainsKey(instance.Id))
            {
                throw new InvalidOperationException($"{instance.Service}/{instance.Id} is registered already.");
            }

            Put(instance);
            return new InMemoryRegistration(this, instance);
        }
    }

    public IServiceDiscovery Discover(string service, DiscoveryOptions? options = null)
    {
        World.CheckName(service);
        world.Check(CancellationToken.None);
        var discovery = new InMemoryDiscovery(this, service);
        lock (world.Gate)
        {
            discovery.Current = ViewOf(service);
            _discoveries.Add(discovery);
        }

        return discovery;
    }

    /// <summary>Puts an instance, and tells who looks.</summary>
    public void Put(ServiceInstance instance)
    {
        lock (world.Gate)
        {
            var revision = world.NextRevision();
            var previous = Of(instance.Service).GetValueOrDefault(instance.Id);
            var found = instance with { Revision = revision };
            _services[instance.Service] = Of(instance.Service).SetItem(instance.Id, found);
            Tell(instance.Service, previous is null
                ? new ServiceChange.Up(instance.Service, revision, found)
                : new ServiceChange.Changed(instance.Service, revision, found, previous));
        }
    }

    public void Remove(ServiceInstance instance)
    {
        lock (world.Gate)
        {
            if (Of(instance.Service).TryGetValue(instance.Id, out var found))
            {
                _services[instance.Service] = Of(instance.Service).Remove(instance.Id);
                Tell(instance.Service, new ServiceChange.Down(instance.Service, world.NextRevision(), found));
            }
        }
    }

    public void Close(InMemoryDiscovery discovery)
    {
        lock (world.Gate)
        {
            _discoveries.Remove(discovery);
        }
    }

    private ImmutableSortedDictionary<string, ServiceInstance> Of(string service) =>
        _services.GetValueOrDefault(service) ?? ImmutableSortedDictionary.Create<string, ServiceInstance>(StringComparer.Ordinal);

    private ServiceView ViewOf(string service) => new(service, [.. Of(service).Values], world.Revision, IsStale: false, []);

    private void Tell(string service, ServiceChange change)
    {
        foreach (var discovery in _discoveries.Where(discovery => discovery.Service == service))
        {
            discovery.Take(ViewOf(service), change);
        }
    }
}

internal sealed class InMemoryRegistration(InMemoryServices services, ServiceInstance instance) : IServiceRegistration
{
    private readonly List<Channel<RegistrationHealth>> _readers = [];
    private readonly Lock _lock = new();
    private bool _isOver;

    public ServiceInstance Instance { get; private set; } = instance;

    public RegistrationState State => Health.State;

    public RegistrationHealth Health =>
        new(Instance.Service, Instance.Id, _isOver ? RegistrationState.Deregistered : RegistrationState.Registered, null, null);

    public LeaseId Lease { get; } = services.World.NextLease();

    public Task WaitUntilRegisteredAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        services.World.Check(cancellationToken);
        return _isOver ? throw Over() : Task.CompletedTask;
    }

    public async IAsyncEnumerable<RegistrationHealth> HealthAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = Channel.CreateUnbounded<RegistrationHealth>();
        lock (_lock)
        {
            reader.Writer.TryWrite(Health);
            _readers.Add(reader);
            if (_isOver)
            {
                reader.Writer.Complete();
            }
        }

        await foreach (var health in reader.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return health;
        }
    }

    public Task SetStateAsync(InstanceState state, CancellationToken cancellationToken = default) =>
        UpdateAsync(now => now with { State = state }, cancellationToken);

    public Task UpdateAsync(Func<ServiceInstance, ServiceInstance> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        services.World.Check(cancellationToken);
        lock (_lock)
        {
            var next = change(Instance);
            if (_isOver)
            {
                throw Over();
            }

            if ((next.Service, next.Id, next.Host, next.Port) != (Instance.Service, Instance.Id, Instance.Host, Instance.Port))
            {
                throw new ArgumentException($"An update cannot make {next} of {Instance}: service, id, host and port stay.", nameof(change));
            }

            Instance = next;
            services.Put(next);
        }

        return Task.CompletedTask;
    }

    public Task DeregisterAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _isOver = true;
                services.Remove(Instance);
                foreach (var reader in _readers)
                {
                    reader.Writer.TryWrite(Health);
                    reader.Writer.Complete();
                }
            }
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => new(DeregisterAsync());

    private CoordinationException Over() =>
        new(CoordinationErrorKind.Stopped, $"The registration of {Instance.Service}/{Instance.Id} has been ended");
}

internal sealed class InMemoryDiscovery(InMemoryServices services, string service) : IServiceDiscovery
{
    private readonly List<Channel<ServiceChange>> _readers = [];
    private bool _isDisposed;

    public string Service => service;

    public ServiceView Current { get; set; } = null!;

    public Task<ServiceView> WaitForViewAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        services.World.Check(cancellationToken);
        return Task.FromResult(Current);
    }

    public IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var reader = Channel.CreateUnbounded<ServiceChange>();
        lock (services.World.Gate)
        {
            var view = Current;
            reader.Writer.TryWrite(new ServiceChange.Resynced(
                service, view.Revision, view, [.. view.Instances.Select(i => new ServiceChange.Up(service, i.Revision, i))], ViewReason.Snapshot));
            _readers.Add(reader);
        }

        return reader.Reader.ReadAllAsync(cancellationToken);
    }

    public void Take(ServiceView view, ServiceChange change)
    {
        Current = view;
        _readers.ForEach(reader => reader.Writer.TryWrite(change));
    }

    public void Dispose()
    {
        services.Close(this);
        lock (services.World.Gate)
        {
            _isDisposed = true;
            _readers.ForEach(reader => reader.Writer.TryComplete());
        }
    }
}
