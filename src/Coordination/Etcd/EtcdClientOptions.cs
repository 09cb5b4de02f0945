using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Etcd;

/// <summary>Options of an <see cref="EtcdClient"/>. Checked when the client is made.</summary>
public sealed record EtcdClientOptions
{
    /// <summary>The largest request that etcd takes by default, in bytes (1.5 MiB).</summary>
    public const int MaxRequestSize = 1536 * 1024;

    /// <summary>The most operations that etcd takes in one level of a transaction by default.</summary>
    public const int MaxTxnOperations = 128;

    /// <summary>The members of the cluster, <c>http://host:port</c> or <c>https://host:port</c>. At least one, at most 64. Default: http://127.0.0.1:2379.</summary>
    public ImmutableArray<Uri> Endpoints { get; set; } = [new Uri("http://127.0.0.1:2379")];

    /// <summary>How long connecting may take. Default 2 s; 10 ms to 1 min.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long one request to one endpoint may take. Default 5 s; 10 ms to 10 min. Where there are several endpoints, it is given up sooner: after little more than
    /// half of it when the endpoint does not answer at all any more, and a second or less after another member has become the leader.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest reply or watch message that is accepted, in bytes. Default 64 MiB; at least 1 MiB.</summary>
    public int MaxReceiveMessageSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many streams the keep-alives of all leases are spread over; etcd serves one stream serially. Default 4; 1 to 64.</summary>
    public int KeepAliveStreams { get; set; } = 4;

    /// <summary>How many streams the watches are spread over at most; etcd serves one stream serially. Default 8; 1 to 64.</summary>
    public int WatchStreams { get; set; } = 8;

    /// <summary>
    /// How many watches a stream carries before another one is opened. When <see cref="WatchStreams"/> are open, all of them take more.
    /// Default 1,000; 1 to 1,000,000.
    /// </summary>
    public int WatchesPerStream { get; set; } = 1000;

    /// <summary>
    /// How long a stream with watches may be silent although the client asks it for a sign of life. Then its watches go on elsewhere, and new calls get a new
    /// connection. It must be longer than the largest message (about 2 MiB) takes to arrive. Default 5 s; 100 ms to 10 min, or 0: streams are not asked.
    /// </summary>
    public TimeSpan WatchSilenceLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many messages may wait to be sent on one stream. Default 65,536; at least 16.</summary>
    public int StreamQueueLimit { get; set; } = 65_536;

    /// <summary>
    /// How long a request that certainly was not applied (every read; a write that no member took) is repeated, on all endpoints in turn with pauses, while
    /// etcd is away or elects a leader. Default 0: once on each endpoint, then it fails. At most 10 min.
    /// </summary>
    public TimeSpan RetryLimit { get; set; }

    /// <summary>
    /// Silence after which a connection with open calls is probed with an HTTP/2 ping. Default 10 s; 5 s to 10 min: etcd closes connections that ping more
    /// often than every 5 s.
    /// </summary>
    public TimeSpan PingDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer to a ping may take before the connection is given up. Default 5 s; 1 s to 1 min.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The id of the cluster, as <c>cluster_id</c> in <c>etcdctl endpoint status -w json</c>; an endpoint of another one is not used. Default: the cluster of the
    /// endpoint that answers first. Another cluster takes its place only when all endpoints belong to it.
    /// </summary>
    public ulong? ClusterId { get; set; }

    /// <summary>TLS for <c>https</c> endpoints. Default: the system's certificate authorities, and the host name is checked.</summary>
    public EtcdTlsOptions Tls { get; set; } = new();

    /// <summary>The user to log in as. Default: none, for a cluster without authentication or one that knows its users by their certificates.</summary>
    public EtcdCredentials? Credentials { get; set; }

    /// <summary>Where the client logs; never a secret. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock for timeouts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Options from a connection string with endpoints, also one of dotnet-etcd's: <c>http://a:2379,http://b:2379</c>.</summary>
    /// <param name="endpoints">The endpoints, each with its scheme. A scheme is not guessed: that could turn TLS off.</param>
    /// <exception cref="FormatException">One of them is not an endpoint; the message names it and says what is allowed.</exception>
    public static EtcdClientOptions FromConnectionString(string endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return new() { Endpoints = EndpointText.ParseList(endpoints) };
    }

    /// <summary>Everything that is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptionProblems();
        problems.Check(nameof(Endpoints), Endpoints.IsDefaultOrEmpty ? 0 : Endpoints.Length, 1, 64, "endpoints");
        foreach (var endpoint in Endpoints.IsDefaultOrEmpty ? [] : Endpoints)
        {
            if (EndpointText.Problem(endpoint) is { } problem)
            {
                problems.Add(nameof(Endpoints), EndpointText.WithoutUser(endpoint.ToString()), problem);
            }
        }

        problems.Check(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        problems.Check(nameof(RequestTimeout), RequestTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        problems.Check(nameof(MaxReceiveMessageSize), MaxReceiveMessageSize, 1024 * 1024, int.MaxValue, "bytes");
        problems.Check(nameof(KeepAliveStreams), KeepAliveStreams, 1, 64, "streams");
        problems.Check(nameof(WatchStreams), WatchStreams, 1, 64, "streams");
        problems.Check(nameof(WatchesPerStream), WatchesPerStream, 1, 1_000_000, "watches");
        if (WatchSilenceLimit != TimeSpan.Zero)
        {
            problems.Check(nameof(WatchSilenceLimit), WatchSilenceLimit, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        }

        problems.Check(nameof(StreamQueueLimit), StreamQueueLimit, 16, 16 * 1024 * 1024, "messages");
        problems.Check(nameof(RetryLimit), RetryLimit, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        problems.Check(nameof(PingDelay), PingDelay, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));
        problems.Check(nameof(PingTimeout), PingTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Tls.Validate(problems);
        Credentials?.Validate(problems, Endpoints.IsDefaultOrEmpty ? [] : Endpoints);
        return problems.All;
    }
}
