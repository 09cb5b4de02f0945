namespace Coordination.Actors;

/// <summary>Which actor system an actor lives in. Systems of this runtime are local: they have no host and no port.</summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>An address that stands for any system.</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    /// <summary>Makes an address.</summary>
    /// <param name="protocol">The protocol, for example <c>akka</c>.</param>
    /// <param name="system">The name of the actor system.</param>
    /// <param name="host">The host, or null for a local system.</param>
    /// <param name="port">The port, or null.</param>
    public Address(string protocol, string system, string? host = null, int? port = null) =>
        (Protocol, System, Host, Port) = (protocol, system, host, port);

    /// <summary>The protocol.</summary>
    public string Protocol { get; }

    /// <summary>The name of the actor system.</summary>
    public string System { get; }

    /// <summary>The host, or null.</summary>
    public string? Host { get; }

    /// <summary>The port, or null.</summary>
    public int? Port { get; }

    /// <summary>True when there is no host.</summary>
    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    /// <summary>True when there is a host.</summary>
    public bool HasGlobalScope => !HasLocalScope;

    /// <inheritdoc/>
    public bool Equals(Address? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    /// <inheritdoc/>
    public int CompareTo(Address? other) => string.CompareOrdinal(ToString(), other?.ToString());

    /// <inheritdoc/>
    public override string ToString() =>
        HasLocalScope ? $"{Protocol}://{System}" : Port is null ? $"{Protocol}://{System}@{Host}" : $"{Protocol}://{System}@{Host}:{Port}";
}
