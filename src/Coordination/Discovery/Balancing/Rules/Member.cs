using Coordination.Time;

namespace Coordination.Discovery.Balancing;

/// <summary>One instance, and what a balancer remembers of it. Changed only by its <see cref="Balancer"/>.</summary>
internal sealed class Member
{
    private static readonly string[] SecureSchemes = ["https", "grpcs"];

    private readonly string? _plain;
    private readonly string? _secure;

    public Member(ServiceInstance instance)
    {
        Instance = instance;
        var isSecure = SecureSchemes.Contains(instance.Scheme, StringComparer.OrdinalIgnoreCase);
        var isPlain = string.Equals(instance.Scheme, "http", StringComparison.OrdinalIgnoreCase);
        _secure = isPlain ? null : Authority("https", instance.Address);
        _plain = isSecure ? _secure : Authority("http", instance.Address);
    }

    public ServiceInstance Instance { get; private set; }

    /// <summary>Requests that are not over.</summary>
    public int Outstanding { get; set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>Ejections without a success between.</summary>
    public int Ejections { get; set; }

    public Instant? EjectedAt { get; set; }

    public Instant? EjectedUntil { get; set; }

    /// <summary>What smooth weighted round robin keeps.</summary>
    public long Credit { get; set; }

    public bool IsReady => Instance is { State: InstanceState.Serving, Weight: > 0 };

    public bool IsEjected(Instant now) => EjectedUntil is { } until && now < until;

    /// <summary>
    /// Where to send a request to, as <c>http://host:port</c>; null when the instance cannot take it. An instance that says https gets TLS whatever the request says; a request that says https never
    /// goes to an instance that says http. One that says neither gets what the request says.
    /// </summary>
    public string? AddressFor(bool secure) => secure ? _secure : _plain;

    /// <summary>The same instance in a newer view; false: another one took its name.</summary>
    public bool TryBecome(ServiceInstance instance)
    {
        if (instance.Address != Instance.Address || instance.Scheme != Instance.Scheme)
        {
            return false;
        }

        if (instance.Lease != Instance.Lease)
        {
            // It was started anew, and what its predecessor did does not count.
            Heal();
        }

        Instance = instance;
        return true;
    }

    public void Heal()
    {
        Failures = 0;
        Ejections = 0;
        EjectedAt = EjectedUntil = null;
    }

    /// <summary>Null when it is more or less than a host and a port: nothing that is registered may lead a request elsewhere.</summary>
    private static string? Authority(string scheme, string address) =>
        Uri.TryCreate($"{scheme}://{address}", UriKind.Absolute, out var uri) && uri is { UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? uri.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort, UriFormat.UriEscaped)
            : null;
}
