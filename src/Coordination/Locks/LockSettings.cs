namespace Coordination.Locks;

/// <summary>The limits of one lock, from <see cref="LockOptions"/>.</summary>
/// <param name="MaxWaiters">Requests that may wait in this process.</param>
/// <param name="MaxUnresolved">Attempts with an unknown outcome that are tracked; beyond that the lease is given up.</param>
internal sealed record LockSettings(int MaxWaiters, int MaxUnresolved);
