using Coordination.Time;

namespace Coordination.Discovery.Balancing;

/// <summary>A member that was chosen for an attempt. It counts as outstanding until <see cref="Balancer.Ended"/>.</summary>
/// <param name="Member">Who.</param>
/// <param name="Instance">What it said about itself when it was chosen.</param>
/// <param name="Address">Where it is: <c>http://host:port</c>.</param>
/// <param name="At">When.</param>
internal sealed record Pick(Member Member, ServiceInstance Instance, string Address, Instant At);
