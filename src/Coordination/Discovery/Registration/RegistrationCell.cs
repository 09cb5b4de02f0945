namespace Coordination.Discovery.Registration;

/// <summary>
/// What is known about one registration, between its handle and the actor that sees to it. Thread-safe. It outlives an actor that failed: its successor goes
/// on from here.
/// </summary>
internal sealed class RegistrationCell
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceInstance _wish;
    private Sight _sight;

    public RegistrationCell(ServiceInstance wish, RegistrationOptions options)
    {
        _wish = wish;
        Options = options;
        Identity = (options.Layout.Keys, wish.Service, options.Layout.Form is ServiceForm.FourField ? "" : wish.Id);
        _sight = new Sight(RegistrarState.For(wish).Health, Etcd.LeaseId.None);
    }

    public RegistrationOptions Options { get; }

    /// <summary>What two registrations of one system may not share.</summary>
    public (string Keys, string Service, string Id) Identity { get; }

    public ServiceInstance Wish
    {
        get => Volatile.Read(ref _wish);
        set => Volatile.Write(ref _wish, value);
    }

    /// <summary>Whether the deregistration was asked for. Written by the handle.</summary>
    public bool IsLeaving { get; set; }

    public RegistrationHealth Health => Look().Sight.Health;

    public Etcd.LeaseId Lease => Look().Sight.Lease;

    /// <summary>What is known, and a task that completes when something else is.</summary>
    public (Sight Sight, Task Changed) Look()
    {
        lock (_lock)
        {
            return (_sight, _changed.Task);
        }
    }

    public void Set(RegistrationHealth health) => Set(sight => sight with { Health = health });

    public void Set(Etcd.LeaseId lease) => Set(sight => sight with { Lease = lease });

    private void Set(Func<Sight, Sight> change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _sight = change(_sight);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>What is known at one moment.</summary>
    internal sealed record Sight(RegistrationHealth Health, Etcd.LeaseId Lease);
}
