using System.Globalization;
using Akka;
using Akka.Coordination;

namespace Coordination.Plugins;

/// <summary>
/// The leases of one actor system. All with the same times live on one session, a coordination system beside the one of
/// <see cref="CoordinationExtension"/>: Akka needs them until its cluster has left, which is later than everything else is given back, and with times of their own.
/// </summary>
internal sealed class EtcdLeases : IExtension
{
    private const int LongestBaseName = 40;

    private readonly CoordinationExtension _coordination;
    private readonly Lock _lock = new();
    private readonly Dictionary<(TimeSpan Ttl, TimeSpan Every), CoordinationSystem> _sessions = [];
    private readonly Dictionary<(string Key, string Owner), LeaseHold> _holds = [];
    private readonly Dictionary<string, EtcdLease> _leases = [];
    private bool _hasEnded;

    private EtcdLeases(ExtendedActorSystem actors)
    {
        _coordination = CoordinationExtension.For(actors);
        _coordination.System.EndsAfterCluster = true;
        CoordinatedShutdown.Get(actors).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "coordination-leases", EndAsync);
    }

    public static EtcdLeases For(ActorSystem actors) => new Provider().Apply(actors);

    /// <summary>The same owner's hold of the same lease is one, whoever asks; who asks first says its times.</summary>
    /// <exception cref="ArgumentException">Settings cannot be used.</exception>
    public LeaseHold HoldOf(LeaseSettings settings)
    {
        var terms = LeaseTerms.Of(settings);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            return _holds.TryGetValue((terms.Key, terms.Owner), out var hold) ? hold : _holds[(terms.Key, terms.Owner)] = new LeaseHold(SessionFor(terms), terms);
        }
    }

    /// <summary>Remembers a lease that Akka made.</summary>
    public void Add(EtcdLease lease)
    {
        lock (_lock)
        {
            _leases[lease.Settings.LeaseName] = lease;
        }
    }

    /// <summary>The lease of that name that Akka made in this actor system.</summary>
    public EtcdLease? Find(string leaseName)
    {
        lock (_lock)
        {
            return _leases.GetValueOrDefault(leaseName);
        }
    }

    private CoordinationSystem SessionFor(LeaseTerms terms)
    {
        var times = (terms.Ttl, terms.RenewEvery);
        return _sessions.TryGetValue(times, out var session) ? session : _sessions[times] = _coordination.StartBeside(options => options with
        {
            Name = string.Create(
                CultureInfo.InvariantCulture, $"{options.Name[..Math.Min(options.Name.Length, LongestBaseName)]}-leases{(_sessions.Count == 0 ? "" : $"-{_sessions.Count}")}"),
            SessionTtl = terms.Ttl,
            RenewEvery = terms.RenewEvery,
        });
    }

    private async Task<Done> EndAsync()
    {
        List<LeaseHold> holds;
        List<CoordinationSystem> sessions;
        lock (_lock)
        {
            _hasEnded = true;
            (holds, sessions) = ([.. _holds.Values], [.. _sessions.Values]);
        }

        var options = _coordination.System.Options;
        using var limit = new CancellationTokenSource(options.StopTimeout, options.TimeProvider);
        await Task.WhenAll(holds.Select(hold => hold.LeaveAsync(limit.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(sessions.Append(_coordination.System).Select(session => session.DisposeAsync().AsTask())).ConfigureAwait(false);
        return Done.Instance;
    }

    /// <summary>How the actor system finds and makes it.</summary>
    private sealed class Provider : ExtensionIdProvider<EtcdLeases>
    {
        public override EtcdLeases CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
