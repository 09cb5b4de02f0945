using Coordination.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordination;

/// <summary>Adds the health of a system to the health checks of the host.</summary>
public static class CoordinationHealthCheckExtensions
{
    /// <summary>
    /// Healthy: the session lease is held and renewed. Degraded: it is suspect (etcd has not answered for two thirds of the TTL), a registration is in conflict or
    /// being put back, or a view is stale. Unhealthy (<paramref name="failureStatus"/>): there is no lease, because it was lost or etcd cannot be reached; nothing
    /// can be acquired. The description says why. It sends nothing to etcd, so call it as often as you like.
    /// <para>For readiness, not for liveness: a restart does not bring etcd back.</para>
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="system">The name under which the system was added; null: the one without a name.</param>
    /// <param name="name">The name of the check. Default <c>coordination</c>, and with a named system <c>coordination-name</c>.</param>
    /// <param name="failureStatus">What is reported without a lease. Default: unhealthy.</param>
    /// <param name="tags">The tags of the check. Default: <c>ready</c>.</param>
    public static IHealthChecksBuilder AddCoordination(
        this IHealthChecksBuilder builder, string? system = null, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (system is null ? "coordination" : $"coordination-{system}"),
            provider => new CoordinationHealthCheck(provider.GetCoordination(system)),
            failureStatus,
            tags ?? ["ready"]));
    }
}
