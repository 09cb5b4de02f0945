using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// One instance of a service: what is registered, and what discovery finds. Immutable; two are equal when all they say is equal. Checked when it is
/// registered; what discovery finds has been checked.
/// </summary>
public sealed record ServiceInstance
{
    /// <summary>The weight of an instance that does not say one.</summary>
    public const int DefaultWeight = 100;

    /// <summary>The largest weight.</summary>
    public const int MaxWeight = 10_000;

    /// <summary>The name of the service: 1 to 200 printable ASCII characters without '/', blank, '{' and '}'.</summary>
    public required string Service { get; init; }

    /// <summary>Distinguishes the instances of a service: 1 to 200 printable ASCII characters without '/', blank, '{' and '}'. Default: the <see
    /// cref="Address"/>.</summary>
    public string Id { get => field ?? Address; init; }

    /// <summary>A host name or an IP address (IPv6 without brackets), 1 to 253 characters.</summary>
    public required string Host { get; init; }

    /// <summary>The port, 1 to 65,535.</summary>
    public required int Port { get; init; }

    /// <summary>How to talk to it: <c>http</c>, <c>https</c>, <c>grpc</c>… Null: not said, which means http.</summary>
    public string? Scheme { get; init; }

    /// <summary>Whether it wants requests. Default <see cref="InstanceState.Serving"/>.</summary>
    public InstanceState State { get; init; } = InstanceState.Serving;

    /// <summary>Its share of the traffic beside the other instances. Default 100; 0 (no traffic) to 10,000.</summary>
    public int Weight { get; init; } = DefaultWeight;

    /// <summary>Where it runs, for clients that prefer what is near.</summary>
    public string? Zone { get; init; }

    /// <summary>What version it is.</summary>
    public string? Version { get; init; }

    /// <summary>Whatever else it says about itself: at most 64 entries, and the whole instance at most 16 KiB as JSON.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>From discovery: the key it was found under.</summary>
    public Bytes Key { get; init; }

    /// <summary>From discovery: the revision of its last change; changes with every put.</summary>
    public Revision Revision { get; init; }

    /// <summary>From discovery: the lease that it lives on; none when somebody put it permanently.</summary>
    public LeaseId Lease { get; init; }

    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    /// <inheritdoc/>
    public bool Equals(ServiceInstance? other) => SaysTheSameAs(other) && Key == other.Key && Revision == other.Revision && Lease == other.Lease;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Service, Id, Host, Port, State, Weight, Revision);

    /// <inheritdoc/>
    public override string ToString() => $"{Service}/{Id} at {Address} ({State})";

    /// <summary>Whether two instances say the same about themselves, whatever key, revision and lease they were found with.</summary>
    internal bool SaysTheSameAs([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] ServiceInstance? other) =>
        other is not null
        && Service == other.Service
        && Id == other.Id
        && Host == other.Host
        && Port == other.Port
        && Scheme == other.Scheme
        && State == other.State
        && Weight == other.Weight
        && Zone == other.Zone
        && Version == other.Version
        && (ReferenceEquals(Metadata, other.Metadata)
            || (Metadata.Count == other.Metadata.Count
                && Metadata.All(entry => other.Metadata.TryGetValue(entry.Key, out var value) && value == entry.Value)));
}
