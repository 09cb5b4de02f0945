using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coordination.Embedded.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Embedded;

/// <summary>Options of an <see cref="EmbeddedEtcd"/>. The defaults are those of a fresh one-node etcd, on a port that the system chooses.</summary>
public sealed record EmbeddedEtcdOptions
{
    /// <summary>The TCP port, 0 to 65535. Default 0: the system chooses one; read it from <see cref="EmbeddedEtcd.Endpoint"/>.</summary>
    public int Port { get; init; }

    /// <summary>
    /// The address to listen on. Default 127.0.0.1: only this machine. Another address opens all data to everybody who can reach it,
    /// unless authentication is enabled (as on a real etcd, with <c>etcdctl auth enable</c>).
    /// </summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>A certificate with its private key, to serve TLS. Default none: HTTP/2 without TLS ("h2c", prior knowledge).</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Authorities for the certificates of clients, which then must show one. Needs <see cref="Certificate"/>. Default none: clients are not asked.
    /// </summary>
    public X509Certificate2Collection? ClientAuthorities { get; init; }

    /// <summary>The clock for the expiry of leases and for progress notifications. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the server logs. The log of its web server about each request is left out. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The name of the member. Default <c>default</c>, as a fresh etcd has it.</summary>
    public string Name { get; init; } = "default";

    /// <summary>
    /// The version that the server reports, as <c>major.minor.patch</c>. Default <c>3.5.30</c>: the behaviour is that of this
    /// release.
    /// </summary>
    public string Version { get; init; } = "3.5.30";

    /// <summary>The id of the cluster in all replies. Default: chosen at random for every instance.</summary>
    public ulong? ClusterId { get; init; }

    /// <summary>
    /// The shortest time to live of a lease; shorter requests are raised to it, without an error, as etcd does. Whole seconds, at least 1.
    /// Default 2 s, etcd's value at its default election timeout.
    /// </summary>
    public TimeSpan MinimumLeaseTtl { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the token of a login is good for after its last use, when authentication is enabled; 1 s to 1 day. Default 5 minutes, etcd's value.
    /// </summary>
    public TimeSpan AuthTokenTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often quiet watches that asked for it get a progress notification; at least 100 ms. Default 10 minutes, etcd's value.</summary>
    public TimeSpan ProgressNotifyInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A file that keeps the data between runs: read when the server starts (when it exists) and written when it is stopped or disposed, not in
    /// between; a process that is killed loses what came since. Default none: nothing is kept.
    /// </summary>
    public string? SnapshotFile { get; init; }

    /// <summary>A port that was taken before.</summary>
    internal BoundPort? Bound { get; init; }

    internal void Validate()
    {
        Require(Port is >= 0 and <= 65535, nameof(Port), Port, "0 to 65535");
        Require(Address is not null, nameof(Address), "null", "an IP address");
        Require(TimeProvider is not null, nameof(TimeProvider), "null", "a time provider");
        Require(Certificate is null or { HasPrivateKey: true }, nameof(Certificate), "without a private key", "a certificate with its private key");
        Require(
            ClientAuthorities is null || (Certificate is not null && ClientAuthorities.Count > 0), nameof(ClientAuthorities),
            ClientAuthorities?.Count == 0 ? "empty" : "given without a certificate", "at least one authority, together with a certificate of the server");
        Require(SnapshotFile is null || SnapshotFile.Trim().Length > 0, nameof(SnapshotFile), "empty", "the path of a file");
        Require(Name is { Length: > 0 }, nameof(Name), "empty", "a name");
        Require(System.Version.TryParse(Version, out var version) && version.Build >= 0, nameof(Version), Version, "major.minor.patch");
        Require(
            AuthTokenTtl >= TimeSpan.FromSeconds(1) && AuthTokenTtl <= TimeSpan.FromDays(1), nameof(AuthTokenTtl), AuthTokenTtl, "1 s to 1 day");
        Require(
            MinimumLeaseTtl >= TimeSpan.FromSeconds(1) && MinimumLeaseTtl.Ticks % TimeSpan.TicksPerSecond == 0,
            nameof(MinimumLeaseTtl), MinimumLeaseTtl, "whole seconds, at least 1");
        Require(
            ProgressNotifyInterval >= TimeSpan.FromMilliseconds(100) && ProgressNotifyInterval <= TimeSpan.FromDays(1),
            nameof(ProgressNotifyInterval), ProgressNotifyInterval, "100 ms to 1 day");
    }

    private static void Require(bool holds, string option, object value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(EmbeddedEtcdOptions)}.{option} is {value}; allowed: {allowed}.", option);
        }
    }
}
