using System.Collections.Immutable;

namespace Coordination;

/// <summary>Options of a <see cref="ServiceBalancer"/>. Checked when it is made.</summary>
public sealed record BalancingOptions
{
    /// <summary>How to choose among the instances that may be used. Default <see cref="BalancingPolicy.RoundRobin"/>.</summary>
    public BalancingPolicy Policy { get; init; } = BalancingPolicy.RoundRobin;

    /// <summary>
    /// The zone to prefer, usually this process's own: while it has enough healthy instances, only they are used, by the <see cref="Policy"/>. Compared exactly. Default
    /// null: zones do not count.
    /// </summary>
    public string? Zone { get; init; }

    /// <summary>How many healthy instances the preferred zone must have. Default 1; 1 to 10,000. With fewer, all zones are used.</summary>
    public int ZoneMinimum { get; init; } = 1;

    /// <summary>
    /// Which share of the preferred zone's serving instances must be healthy (not ejected), so that the last one standing is not overrun. Default 0.5; 0 to 1. With
    /// fewer, all zones are used.
    /// </summary>
    public double ZoneMinimumShare { get; init; } = 0.5;

    /// <summary>How long a request waits for an instance when there is none to use: the first view, the first instance, the next one of a deployment. Default 5 s; 0 to 5 min.</summary>
    public TimeSpan InstanceWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests of one service that may wait for an instance at a time. Default 10,000; 1 to 1,000,000. More fail at once.</summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>How often a request is sent at most, each time to another instance. Default 3; 1 (no retries) to 10.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// Retries allowed, as a share of the requests to the service: each request adds this much to the budget, each retry takes 1. Default 0.2; 0 to 1. So an outage
    /// multiplies the load by 1.2 at most, not by <see cref="MaxAttempts"/>.
    /// </summary>
    public double RetryShare { get; init; } = 0.2;

    /// <summary>What the retry budget of a service holds at most, and at the beginning. Default 10; 0 (no retries) to 10,000.</summary>
    public int RetryBurst { get; init; } = 10;

    /// <summary>
    /// Failures in a row after which an instance is ejected: set aside for a while. Default 3; 1 to 1,000. A failure is a connection that broke, or a response for which
    /// <see cref="IsFailure"/> holds. An instance that cannot be connected to is ejected at once. The last healthy instance never is.
    /// </summary>
    public int EjectAfter { get; init; } = 3;

    /// <summary>How long the first ejection lasts; each further one without a success between twice as long. Default 1 s; 10 ms to 1 h.</summary>
    public TimeSpan EjectionTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an ejection lasts at most. Default 30 s; <see cref="EjectionTime"/> to 1 h.</summary>
    public TimeSpan MaxEjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Services that one balancer may send to. Default 1,000; 1 to 100,000. Each has a watch; a request to one more fails.</summary>
    public int MaxServices { get; init; } = 1_000;

    /// <summary>What the Host header says. Default <see cref="BalancedHost.Instance"/>. A Host header that the request already has stays.</summary>
    public BalancedHost Host { get; init; } = BalancedHost.Instance;

    /// <summary>
    /// Host names in addresses that stand for services of other names: names of services may have capitals and dots, which an address cannot tell. Default: none. Keys are
    /// compared without regard to case.
    /// </summary>
    public ImmutableDictionary<string, string> Services { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Whether a request may be repeated after an instance may have acted on it. Default: GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110, 9.2.2); so no gRPC call, they
    /// are POST. If yours may be repeated, say so here: <c>request => request.RequestUri!.AbsolutePath.StartsWith("/greeter.Greeter/")</c>. The address that it
    /// sees is the request's own, not the instance's. Called on the request's thread; must not throw.
    /// </summary>
    public Func<HttpRequestMessage, bool>? IsIdempotent { get; init; }

    /// <summary>
    /// Whether a response says that the instance cannot serve. It still goes to the caller, and counts for <see cref="EjectAfter"/>. Default: 502, 503 and 504. Must
    /// not throw.
    /// </summary>
    public Func<HttpResponseMessage, bool>? IsFailure { get; init; }

    /// <summary>
    /// Called for each attempt, on the request's thread, before the request goes on: keep it short. Exceptions are logged. Default: none. The answering instance is also in
    /// the request's own options: <see cref="BalancingHandler.InstanceKey"/>.
    /// </summary>
    public Action<BalancedAttempt>? OnAttempt { get; init; }

    /// <summary>How the services are discovered.</summary>
    public DiscoveryOptions Discovery { get; init; } = new();

    /// <summary>Everything that is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptionProblems();
        if (!Enum.IsDefined(Policy))
        {
            problems.Add(nameof(Policy), Policy, $"allowed are {string.Join(", ", Enum.GetNames<BalancingPolicy>())}");
        }

        if (!Enum.IsDefined(Host))
        {
            problems.Add(nameof(Host), Host, $"allowed are {string.Join(", ", Enum.GetNames<BalancedHost>())}");
        }

        problems.Check(nameof(ZoneMinimum), ZoneMinimum, 1, 10_000, "instances");
        Share(problems, nameof(ZoneMinimumShare), ZoneMinimumShare);
        problems.Check(nameof(InstanceWait), InstanceWait, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        problems.Check(nameof(MaxWaiting), MaxWaiting, 1, 1_000_000, "requests");
        problems.Check(nameof(MaxAttempts), MaxAttempts, 1, 10, "attempts");
        Share(problems, nameof(RetryShare), RetryShare);
        problems.Check(nameof(RetryBurst), RetryBurst, 0, 10_000, "retries");
        problems.Check(nameof(EjectAfter), EjectAfter, 1, 1_000, "failures");
        problems.Check(nameof(EjectionTime), EjectionTime, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        problems.Check(nameof(MaxEjectionTime), MaxEjectionTime, EjectionTime, TimeSpan.FromHours(1));
        problems.Check(nameof(MaxServices), MaxServices, 1, 100_000, "services");
        var discovery = new OptionProblems();
        Discovery.Validate(discovery);
        return [.. problems.All, .. discovery.All.Select(problem => $"{nameof(Discovery)}.{problem}")];
    }

    private static void Share(OptionProblems problems, string option, double value)
    {
        if (value is not (>= 0 and <= 1))
        {
            problems.Add(option, value, "allowed is 0 to 1");
        }
    }
}
