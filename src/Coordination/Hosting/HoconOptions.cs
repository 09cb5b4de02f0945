using Coordination.Etcd;

namespace Coordination.Hosting;

/// <summary>
/// Reads <see cref="CoordinationOptions"/> from HOCON: the block <c>coordination</c> of a configuration, as hocon/coordination.conf shows it whole.
/// What is not given keeps its default. A setting that does not exist is an error: a misspelled one must not be ignored.
/// </summary>
public static class HoconOptions
{
    private const string Root = "coordination";

    // The settings there are, block by block; hocon/coordination.conf is held against this list by a test.
    private static readonly Dictionary<string, string[]> Known = new()
    {
        [""] = ["name", "owner", "stop-timeout", "session", "etcd", "locks", "elections", "services", "watches"],
        ["session"] = ["ttl", "clock-rate-bound", "renewal-proof"],
        ["etcd"] =
        [
            "endpoints", "connect-timeout", "request-timeout", "max-receive-message-size", "keep-alive-streams", "watch-streams", "watches-per-stream",
            "watch-silence-limit", "stream-queue-limit", "retry-limit", "ping-delay", "ping-timeout", "cluster-id", "tls", "credentials",
        ],
        ["etcd.tls"] = ["authority-file", "certificate-file", "key-file", "server-name", "skip-server-verification"],
        ["etcd.credentials"] = ["user", "password", "password-file", "allow-plaintext", "login-pause"],
        ["watches"] = ["list-page-size", "max-subscribers"],
        ["services"] = ["max-registrations", "max-discoveries", "max-writes-in-flight"],
        ["locks"] = ["max-waiters", "max-locks", "max-in-line", "idle-timeout", "own-key-watch-delay", "fallback-interval", "waiters-prefix"],
        ["elections"] = ["max-candidacies", "max-observers", "observer-buffer", "fallback-interval", "drain-timeout"],
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">The file has a syntax error, an unknown setting or a value that cannot be read; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CoordinationOptions Load(string path)
    {
        var text = File.ReadAllText(path);
        try
        {
            var config = ConfigurationFactory.ParseString(text);
            return config.HasPath(Root)
                ? Read(config)
                : throw new FormatException($"it has no block '{Root}'; it has: {string.Join(", ", config.AsEnumerable().Select(field => field.Key))}");
        }
        catch (Exception error) when (error is ConfigurationException or FormatException or ArgumentException)
        {
            throw new ArgumentException($"The configuration '{path}' cannot be used: {error.Message}", nameof(path), error);
        }
    }

    /// <summary>Reads the block <c>coordination</c> of a configuration.</summary>
    /// <param name="config">The whole configuration.</param>
    /// <param name="defaults">What holds where nothing is given; null: the defaults of <see cref="CoordinationOptions"/>.</param>
    /// <exception cref="ArgumentException">There are unknown settings; the message names all of them and those that exist.</exception>
    public static CoordinationOptions Read(Config config, CoordinationOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        defaults ??= new CoordinationOptions();
        RefuseUnknown(config);
        var etcd = defaults.Etcd;
        var locks = defaults.Locks;
        var elections = defaults.Elections;
        var services = defaults.Services;
        var watches = defaults.Watches;
        return defaults with
        {
            Name = Text(config, "name", defaults.Name),
            Owner = Text(config, "owner", defaults.Owner),
            StopTimeout = Duration(config, "stop-timeout", defaults.StopTimeout),
            SessionTtl = Duration(config, "session.ttl", defaults.SessionTtl),
            ClockRateBound = config.GetDouble($"{Root}.session.clock-rate-bound", defaults.ClockRateBound),
            RenewalProof = Choice(config, "session.renewal-proof", defaults.RenewalProof),
            Etcd = etcd with
            {
                Endpoints = config.HasPath($"{Root}.etcd.endpoints")
                    ? EndpointText.ParseList(string.Join(',', config.GetStringList($"{Root}.etcd.endpoints")))
                    : etcd.Endpoints,
                ConnectTimeout = Duration(config, "etcd.connect-timeout", etcd.ConnectTimeout),
                RequestTimeout = Duration(config, "etcd.request-timeout", etcd.RequestTimeout),
                MaxReceiveMessageSize = (int)Math.Min(
                    int.MaxValue, config.GetByteSize($"{Root}.etcd.max-receive-message-size", etcd.MaxReceiveMessageSize) ?? etcd.MaxReceiveMessageSize),
                KeepAliveStreams = config.GetInt($"{Root}.etcd.keep-alive-streams", etcd.KeepAliveStreams),
                WatchStreams = config.GetInt($"{Root}.etcd.watch-streams", etcd.WatchStreams),
                WatchesPerStream = config.GetInt($"{Root}.etcd.watches-per-stream", etcd.WatchesPerStream),
                WatchSilenceLimit = Duration(config, "etcd.watch-silence-limit", etcd.WatchSilenceLimit),
                StreamQueueLimit = config.GetInt($"{Root}.etcd.stream-queue-limit", etcd.StreamQueueLimit),
                RetryLimit = Duration(config, "etcd.retry-limit", etcd.RetryLimit),
                PingDelay = Duration(config, "etcd.ping-delay", etcd.PingDelay),
                PingTimeout = Duration(config, "etcd.ping-timeout", etcd.PingTimeout),
                ClusterId = HoconSecurity.ClusterId(config, $"{Root}.etcd.cluster-id", etcd.ClusterId),
                Tls = HoconSecurity.Tls(config, $"{Root}.etcd.tls", etcd.Tls),
                Credentials = HoconSecurity.Credentials(config, $"{Root}.etcd.credentials", etcd.Credentials),
            },
            Locks = locks with
            {
                MaxWaiters = config.GetInt($"{Root}.locks.max-waiters", locks.MaxWaiters),
                MaxLocks = config.GetInt($"{Root}.locks.max-locks", locks.MaxLocks),
                MaxInLine = config.GetInt($"{Root}.locks.max-in-line", locks.MaxInLine),
                IdleTimeout = Duration(config, "locks.idle-timeout", locks.IdleTimeout),
                OwnKeyWatchDelay = Duration(config, "locks.own-key-watch-delay", locks.OwnKeyWatchDelay),
                FallbackInterval = Duration(config, "locks.fallback-interval", locks.FallbackInterval),
                WaitersPrefix = Text(config, "locks.waiters-prefix", locks.WaitersPrefix),
            },
            Elections = elections with
            {
                MaxCandidacies = config.GetInt($"{Root}.elections.max-candidacies", elections.MaxCandidacies),
                MaxObservers = config.GetInt($"{Root}.elections.max-observers", elections.MaxObservers),
                ObserverBuffer = config.GetInt($"{Root}.elections.observer-buffer", elections.ObserverBuffer),
                FallbackInterval = Duration(config, "elections.fallback-interval", elections.FallbackInterval),
                DrainTimeout = Duration(config, "elections.drain-timeout", elections.DrainTimeout),
            },
            Services = services with
            {
                MaxRegistrations = config.GetInt($"{Root}.services.max-registrations", services.MaxRegistrations),
                MaxDiscoveries = config.GetInt($"{Root}.services.max-discoveries", services.MaxDiscoveries),
                MaxWritesInFlight = config.GetInt($"{Root}.services.max-writes-in-flight", services.MaxWritesInFlight),
            },
            Watches = watches with
            {
                ListPageSize = config.GetInt($"{Root}.watches.list-page-size", watches.ListPageSize),
                MaxSubscribers = config.GetInt($"{Root}.watches.max-subscribers", watches.MaxSubscribers),
            },
        };
    }

    private static string Text(Config config, string setting, string value) => config.GetString($"{Root}.{setting}", value) ?? value;

    private static T Choice<T>(Config config, string setting, T value)
        where T : struct, Enum
    {
        var text = Text(config, setting, value.ToString());
        return Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice)
            ? choice
            : throw new ArgumentException($"The setting {Root}.{setting} is '{text}'; allowed are {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
    }

    private static TimeSpan Duration(Config config, string setting, TimeSpan value) => config.GetTimeSpan($"{Root}.{setting}", value, allowInfinite: false);

    private static void RefuseUnknown(Config config)
    {
        var unknown = new List<string>();
        foreach (var (block, settings) in Known)
        {
            var path = block.Length == 0 ? Root : $"{Root}.{block}";
            if (config.HasPath(path))
            {
                unknown.AddRange(config.GetConfig(path).AsEnumerable().Select(field => field.Key).Except(settings).Select(name =>
                    $"{path}.{name} (known there: {string.Join(", ", settings)})"));
            }
        }

        if (unknown.Count > 0)
        {
            throw new ArgumentException($"There is no such setting: {string.Join("; ", unknown)}.", nameof(config));
        }
    }
}
