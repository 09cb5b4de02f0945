namespace Coordination.Supervision;

/// <summary>A concept under the supervisor: the actor at its root, and the messages from outside that it is sent.</summary>
/// <param name="Name">For the log.</param>
/// <param name="Commands">The base type of what it is told.</param>
/// <param name="Props">How to make its root. The root is also told every <see cref="Coordination.Leases.SessionEvent"/> of the session.</param>
/// <param name="Close">What tells its root to give everything back and end by itself; without it the root is just stopped.</param>
internal sealed record Concept(string Name, Type Commands, Props Props, object? Close = null)
{
    /// <summary>Whether what it owns in etcd lives on the session: when its root fails nobody knows any more what that is, so the session is given up.</summary>
    public bool LivesOnSession { get; init; }
}
