using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// One run of a transaction: what it reads is of one revision, what it writes is written together at the end. For the work that it was given to, one call at a time.
/// </summary>
public interface ITransaction
{
    /// <summary>The value of a key, or null when there is none. What this run has written to it is seen.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EtcdException">Etcd could not be read.</exception>
    Task<Bytes?> GetAsync(Bytes key, CancellationToken cancellationToken = default);

    /// <summary>Writes a key.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <param name="value">The value.</param>
    /// <param name="lease">The lease that it shall live on, such as <see cref="CoordinationSystem.SessionLease"/>; none: it stays.</param>
    void Put(Bytes key, Bytes value, LeaseId lease = default);

    /// <summary>Deletes a key, if it is there.</summary>
    /// <param name="key">The key; not empty.</param>
    void Delete(Bytes key);
}
