using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordination.Hosting;

/// <summary>Healthy when the lease is held; degraded when it is suspect or a part has a problem; unhealthy when there is none.</summary>
internal sealed class CoordinationHealthCheck(CoordinationSystem system) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Of(system, context.Registration.FailureStatus));

    public static HealthCheckResult Of(CoordinationSystem system, HealthStatus failureStatus)
    {
        var health = system.Health;
        var data = new Dictionary<string, object>
        {
            ["state"] = health.State.ToString(),
            ["lease"] = system.SessionLease.ToString(),
            ["validForSeconds"] = health.ValidFor.TotalSeconds,
            ["endpoints"] = string.Join(", ", system.Etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority))),
        };
        var status = health switch
        {
            { State: CoordinationHealthState.Ready, Problems.IsEmpty: true } => HealthStatus.Healthy,
            { State: CoordinationHealthState.Ready or CoordinationHealthState.Suspect } => HealthStatus.Degraded,
            _ => failureStatus,
        };
        string[] reasons = [.. health.Reason is { } reason ? [reason] : (string[])[], .. health.Problems];
        return new HealthCheckResult(status, reasons.Length == 0 ? "the session lease is held" : string.Join("; ", reasons), data: data);
    }
}
