using Coordination.Etcd;

namespace Coordination;

/// <summary>Who holds a lock, as its key shows it. Already old when it is read.</summary>
/// <param name="Owner">The holder's name for itself; for a foreign value the value itself, shortened.</param>
/// <param name="Token">The fencing token: the key's mod revision.</param>
/// <param name="Lease">The lease that the key lives on; none means that it stays until somebody deletes it.</param>
/// <param name="Since">When the holder acquired it, by the holder's clock; null when it is unknown.</param>
/// <param name="IsForeign">Whether another program wrote the key: its value is not in this library's form.</param>
public sealed record LockHolder(string Owner, long Token, LeaseId Lease, DateTimeOffset? Since, bool IsForeign);
