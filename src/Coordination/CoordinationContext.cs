using Coordination.Diagnostics;
using Coordination.Discovery.Registration;
using Coordination.Discovery.Views;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Supervision;
using Coordination.Time;
using Microsoft.Extensions.Logging;

namespace Coordination;

/// <summary>What all actors of one system share.</summary>
internal sealed record CoordinationContext(
    CoordinationOptions Options, IEtcdClient Etcd, MonotonicClock Clock, LossAlarm LossAlarm, ILogger Log, SessionView Session, Random? Chance = null)
{
    /// <summary>Pauses, and ids that no two may share, are drawn from it. Thread-safe.</summary>
    public Random Random { get; } = Chance ?? Random.Shared;

    public LeaseRenewals Renewals { get; } = new(Etcd, Options.RenewalProof, Options.Locks.WaitersPrefix, Clock, Log);

    /// <summary>What tells of transactions whether they were made.</summary>
    public Receipts Receipts { get; } = new(Options.Locks.WaitersPrefix);

    /// <summary>Where requests go.</summary>
    public ConceptRoots Roots { get; } = new();

    /// <summary>Calls those who wait before they try again when etcd answers.</summary>
    public EtcdReturn EtcdReturn { get; } = new(Etcd, Options.Locks.WaitersPrefix, Clock.Provider, Chance ?? Random.Shared);

    /// <summary>What is measured.</summary>
    public SystemMetrics Metrics { get; } = new(Options);

    /// <summary>The services that somebody follows.</summary>
    public DiscoveryBook Discoveries { get; } = new();

    /// <summary>The instances that are registered.</summary>
    public RegistrationBook Registrations { get; } = new();
}
