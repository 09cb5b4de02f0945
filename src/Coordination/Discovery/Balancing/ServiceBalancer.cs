using Coordination.Discovery.Balancing;
using Coordination.Time;
using Microsoft.Extensions.Logging;

namespace Coordination;

/// <summary>
/// Spreads requests over the instances of services. It holds what all handlers of a process share: live views, busy and failed instances, the retry budgets. Thread-safe; a
/// process usually has one for a <see cref="CoordinationSystem"/>, for example as a singleton. Dispose it before the system.
/// </summary>
/// <remarks>
/// Which requests are balanced: those to a host that is listed in <see cref="BalancingOptions.Services"/>, or that is a single word (<c>http://greeter/…</c>: no dots, no
/// IP address, not localhost) without a port in the address. All others pass unchanged.
/// </remarks>
public sealed class ServiceBalancer : IAsyncDisposable
{
    private readonly Func<string, IServiceViews> _discover;
    private readonly MonotonicClock _clock;
    private readonly Dictionary<string, BalancedService> _services = [];
    private readonly Dictionary<string, string> _names;
    private readonly Lock _lock = new();
    private bool _isDisposed;

    /// <summary>Creates a balancer. Services are discovered when they are first sent to.</summary>
    /// <exception cref="ArgumentException">Options are out of range; all are named.</exception>
    public ServiceBalancer(CoordinationSystem system, BalancingOptions? options = null)
        : this(Discovering(system, options ??= new BalancingOptions()), options, system.Options.TimeProvider, system.Options.LoggerFactory)
    {
    }

    internal ServiceBalancer(Func<string, IServiceViews> discover, BalancingOptions options, TimeProvider time, ILoggerFactory logs)
    {
        OptionProblems.ThrowIfAny("The balancing options", options.Validate(), nameof(options));
        _discover = discover;
        Options = options;
        _names = new Dictionary<string, string>(options.Services, StringComparer.OrdinalIgnoreCase);
        _clock = new MonotonicClock(time);
        Log = logs.CreateLogger("Coordination.Balancing");
    }

    /// <summary>The options in force.</summary>
    public BalancingOptions Options { get; }

    internal ILogger Log { get; }

    /// <summary>
    /// A handler that balances over this balancer and sends with <paramref name="inner"/>, for <c>new HttpClient(…)</c> or a gRPC channel. Give the inner one a
    /// <see cref="SocketsHttpHandler.ConnectTimeout"/>: without it only the caller's timeout notices an instance that does not answer at all.
    /// </summary>
    public BalancingHandler CreateHandler(HttpMessageHandler inner) => new(this) { InnerHandler = new SendingHandler(inner) };

    /// <summary>
    /// Starts to discover a service before the first request, so that the first request does not wait for the view.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not allowed for a service.</exception>
    /// <exception cref="CoordinationException"><see cref="BalancingOptions.MaxServices"/> is reached.</exception>
    public void Prepare(string service) => Service(service);

    /// <summary>Ends the discoveries. Requests under way go on; later ones fail. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        List<BalancedService> services;
        lock (_lock)
        {
            _isDisposed = true;
            services = [.. _services.Values];
            _services.Clear();
        }

        foreach (var service in services)
        {
            await service.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The service that an address means; null when it means none.</summary>
    internal BalancedService? ServiceFor(Uri? address)
    {
        if (address is not { IsAbsoluteUri: true } || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || !address.IsDefaultPort)
        {
            return null;
        }

        var host = address.Host;
        return _names.TryGetValue(host, out var name) ? Service(name)
            : address.HostNameType == UriHostNameType.Dns && !host.Contains('.', StringComparison.Ordinal) && host != "localhost" ? Service(host)
            : null;
    }

    private static Func<string, IServiceViews> Discovering(CoordinationSystem system, BalancingOptions options)
    {
        ArgumentNullException.ThrowIfNull(system);
        return name => new DiscoveredViews(system.Discover(name, options.Discovery));
    }

    private BalancedService Service(string name)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_services.TryGetValue(name, out var service))
            {
                return service;
            }

            if (_services.Count >= Options.MaxServices)
            {
                throw new CoordinationException(
                    CoordinationErrorKind.LimitReached,
                    $"The service '{name}' cannot be sent to: this balancer has {Options.MaxServices} services already (MaxServices).");
            }

            return _services[name] = new BalancedService(name, Options, _discover(name), _clock, new Random());
        }
    }
}
