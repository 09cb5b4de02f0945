using System.Collections.Immutable;
using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Demo.Cli.Connection;

/// <summary>How the tool reaches etcd.</summary>
/// <param name="Endpoints">The members.</param>
internal sealed record EtcdSettings(ImmutableArray<Uri> Endpoints)
{
    /// <summary>The default of a system's requests: shorter than the shortest lease needs.</summary>
    private static readonly TimeSpan SystemRequestLimit = TimeSpan.FromSeconds(3);

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one request may take in all.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The members, for messages.</summary>
    public string Names => string.Join(", ", Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)));

    /// <summary>For a single request: all members get their chance within the command's time.</summary>
    public EtcdClientOptions ForRequests() => Options() with { RequestTimeout = Longest(CommandTimeout / Endpoints.Length, TimeSpan.FromMilliseconds(10)) };

    /// <summary>For a coordination system.</summary>
    public EtcdClientOptions ForSystem() =>
        Options() with { RequestTimeout = CommandTimeout < SystemRequestLimit ? CommandTimeout : SystemRequestLimit, TimeProvider = SuspendAwareTimeProvider.Instance };

    /// <summary>Hands these settings to a child process that is this tool, too: in its environment, where others do not see them.</summary>
    public void AddTo(ProcessStartInfo child)
    {
        child.Environment["COORDINATION_ETCD_ENDPOINTS"] = string.Join(',', Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)));
        child.Environment["COORDINATION_ETCD_DIAL_TIMEOUT"] = new Duration(DialTimeout).ToString();
        child.Environment["COORDINATION_ETCD_COMMAND_TIMEOUT"] = new Duration(CommandTimeout).ToString();
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private EtcdClientOptions Options() => new() { Endpoints = Endpoints, ConnectTimeout = DialTimeout };
}
