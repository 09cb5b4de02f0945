using System.Net.Security;

namespace Coordination.Grpc;

/// <summary>Options of a <see cref="GrpcChannel"/>.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>How long a TCP and TLS connection may take to be established. Default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Silence after which the connection is probed with an HTTP/2 ping while calls are open. Default 10 s; servers close connections that
    /// ping too often (etcd: more than every 5 s).
    /// </summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer to a ping may take before the connection counts as dead. Default 5 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest message that is accepted, in bytes. Default 4 MiB.</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>The largest message that is sent, in bytes. Default 4 MiB.</summary>
    public int MaxSendMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>TLS settings for <c>https</c> addresses. Default: the system's certificate authorities and host name check.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>
    /// Asked for the TLS settings before each new connection, instead of <see cref="Tls"/>: certificates can change while the channel lives. What it throws
    /// ends the connection. Default: none.
    /// </summary>
    public Func<GrpcTlsSettings>? TlsForConnection { get; init; }

    /// <summary>The clock for call timeouts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
