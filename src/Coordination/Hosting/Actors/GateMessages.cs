using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// What an actor of the host tells the gate of a system (<see cref="CoordinationSystem.Gate"/>, <see cref="CoordinationExtension"/>). The answers go to the sender; when
/// the sender ends, so do its locks, candidacies and subscriptions.
/// </summary>
public abstract record GateMessage;

/// <summary>
/// Get a lock. Answered with one of <see cref="LockAcquired"/>, <see cref="LockNotAcquired"/> and <see cref="LockFailed"/>; when it is lost later, with
/// <see cref="LockLost"/>. Release it by <see cref="LockHandle.ReleaseAsync"/>, which need not be awaited.
/// </summary>
/// <param name="Name">The name, which is the key in etcd.</param>
/// <param name="Timeout">How long to wait for another holder, from 0 to 24 days; null: without end.</param>
public sealed record AcquireLock(string Name, TimeSpan? Timeout = null) : GateMessage
{
    /// <summary>How it is used; null: fair, on the session's lease.</summary>
    public DistributedLockOptions? Options { get; init; }
}

/// <summary>
/// Take part in an election. Answered with <see cref="Elected"/> when the sender leads, <see cref="LeadershipLost"/> when that is over, and a
/// <see cref="Status.Failure"/> when the campaign failed.
/// </summary>
/// <param name="Election">The name of the election.</param>
/// <param name="Value">What is proclaimed.</param>
public sealed record Campaign(string Election, Bytes Value) : GateMessage
{
    /// <summary>The candidate's name, priority and TTL.</summary>
    public CampaignOptions? Options { get; init; }
}

/// <summary>Tell the sender who leads: a <see cref="LeaderChanged"/> now and at every change. A <see cref="Status.Failure"/> when that is not possible.</summary>
/// <param name="Election">The name of the election.</param>
public sealed record SubscribeToLeader(string Election) : GateMessage;

/// <summary>No more <see cref="LeaderChanged"/> for the sender.</summary>
/// <param name="Election">The name of the election.</param>
public sealed record UnsubscribeFromLeader(string Election) : GateMessage;

/// <summary>
/// Register an instance. Answered with <see cref="ServiceRegistered"/> at once (its keys follow), or a <see cref="Status.Failure"/>. How it is doing is published to the
/// EventStream as <see cref="RegistrationHealth"/>. It outlives the sender.
/// </summary>
/// <param name="Instance">What it says about itself.</param>
public sealed record RegisterService(ServiceInstance Instance) : GateMessage
{
    /// <summary>Layout and lease; null: the defaults.</summary>
    public RegistrationOptions? Options { get; init; }
}

/// <summary>The answer to <see cref="RegisterService"/>.</summary>
/// <param name="Registration">Dispose it to deregister; that need not be awaited.</param>
public sealed record ServiceRegistered(ServiceRegistration Registration);

/// <summary>
/// Tell the sender the changes of a service: a <see cref="Resynced"/> with the view as it is, then <see cref="InstanceUp"/>, <see cref="InstanceChanged"/>,
/// <see cref="InstanceDown"/>, <see cref="Stale"/>. A <see cref="Status.Failure"/> when that is not possible.
/// </summary>
/// <param name="Service">The name of the service.</param>
public sealed record SubscribeToService(string Service) : GateMessage
{
    /// <summary>Layout, scope and limits; null: the defaults.</summary>
    public DiscoveryOptions? Options { get; init; }
}

/// <summary>No more changes of the service for the sender.</summary>
/// <param name="Service">The name of the service.</param>
public sealed record UnsubscribeFromService(string Service) : GateMessage;

/// <summary>Tell the sender what happens to keys, each a <see cref="WatchNotice"/>. A <see cref="Status.Failure"/> when that is not possible.</summary>
/// <param name="Keys">The keys.</param>
public sealed record SubscribeToKeys(KeyRange Keys) : GateMessage
{
    /// <summary>Where to begin, what to leave out, how much may wait; null: the defaults.</summary>
    public KeyWatchOptions? Options { get; init; }
}

/// <summary>No more notices of these keys for the sender.</summary>
/// <param name="Keys">The keys.</param>
public sealed record UnsubscribeFromKeys(KeyRange Keys) : GateMessage;
