namespace Coordination.Demo.Dashboard.Model;

/// <summary>What etcd said about a lease when it was last asked.</summary>
/// <param name="Ttl">Its TTL.</param>
/// <param name="Remaining">How long it lived without a renewal; negative when it was gone.</param>
internal sealed record LeaseAnswer(TimeSpan Ttl, TimeSpan Remaining);
