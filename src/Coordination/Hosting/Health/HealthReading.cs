using System.Collections.Immutable;
using System.Globalization;
using Coordination.Leases;

namespace Coordination.Hosting;

/// <summary>Reads the health of a system from what its actors have written down. Asks nobody, so that a probe costs etcd nothing.</summary>
internal static class HealthReading
{
    /// <summary>At most so many problems are listed; the rest is counted.</summary>
    private const int MaxProblems = 20;

    public static CoordinationHealth Of(CoordinationContext context, bool isStopped)
    {
        var problems = ProblemsOf(context);
        if (isStopped)
        {
            return new CoordinationHealth(CoordinationHealthState.Stopped, "the system has stopped", TimeSpan.Zero, problems);
        }

        if (context.Session.Lease is not { } lease)
        {
            return new CoordinationHealth(CoordinationHealthState.Unavailable, WhyNoLease(context), TimeSpan.Zero, problems);
        }

        var validFor = lease.ValidFor;
        return IsSuspect(lease.Ttl, validFor, context.Options.ClockRateBound)
            ? new CoordinationHealth(CoordinationHealthState.Suspect, WhySuspect(lease, validFor), validFor, problems)
            : new CoordinationHealth(CoordinationHealthState.Ready, null, validFor, problems);
    }

    /// <summary>
    /// Whether no renewal was acknowledged for two thirds of the TTL. Told by what is left of the validity, so it is right even when no timer could fire.
    /// </summary>
    internal static bool IsSuspect(TimeSpan ttl, TimeSpan validFor, double clockRateBound)
    {
        var fresh = (ttl * (1 - clockRateBound)) - LeaseSettings.Margin(ttl);
        return fresh - validFor >= LeaseSettings.SuspectAfter(ttl);
    }

    private static string WhySuspect(LeaseValidity lease, TimeSpan validFor) => string.Create(
        CultureInfo.InvariantCulture,
        $"no renewal of lease {lease.Id} was acknowledged for {LeaseSettings.SuspectAfter(lease.Ttl).TotalSeconds:0.###} s; it is lost in {validFor.TotalSeconds:0.###} s: {lease.Problem ?? "no answer"}");

    private static string WhyNoLease(CoordinationContext context)
    {
        var endpoints = string.Join(", ", context.Etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)));
        var error = context.Session.LastError?.Message ?? "no answer to the grant of a lease yet";
        return context.Session.LostBy is { } reason
            ? $"the session lease was lost ({reason}), and there is no new one: {error} (etcd {endpoints})"
            : $"there is no session lease: {error} (etcd {endpoints})";
    }

    private static ImmutableArray<string> ProblemsOf(CoordinationContext context)
    {
        var registrations = context.Registrations.Cells
            .Select(cell => cell.Health)
            .Where(health => health.State is RegistrationState.Conflict or RegistrationState.Recovering or RegistrationState.Registering)
            .Select(health => $"{health.Service}/{health.Id} is {health.State}: {health.Problem ?? "waiting for etcd"}");
        var views = context.Discoveries.Feeds
            .Where(feed => feed.Current.IsStale)
            .Select(feed => $"the view of {feed.Service} is stale: {feed.LastError?.Message ?? "waiting for etcd"}");
        var all = registrations.Concat(views).ToList();
        return all.Count <= MaxProblems ? [.. all] : [.. all.Take(MaxProblems), $"and {all.Count - MaxProblems} more"];
    }
}
