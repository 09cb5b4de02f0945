namespace Coordination;

/// <summary>
/// Others were in the way of a lock, of its readers or writer, or of permits, for the whole time that the caller wanted to wait. Nothing is wrong with etcd: if it
/// does not answer, the exception is a <see cref="CoordinationException"/>.
/// </summary>
public sealed class LockTimeoutException : TimeoutException
{
    /// <summary>Creates the exception; public for stand-ins of a lock in tests.</summary>
    /// <param name="name">The name of the lock.</param>
    /// <param name="timeout">How long the caller wanted to wait.</param>
    /// <param name="holder">Who held it when it was last seen; null when that is not known.</param>
    public LockTimeoutException(string name, TimeSpan timeout, LockHolder? holder = null)
        : this(name, timeout, holder, isOwn: false)
    {
    }

    internal LockTimeoutException(string name, TimeSpan timeout, LockHolder? holder, bool isOwn)
        : base(
            $"The lock '{name}' was not acquired within {timeout.TotalSeconds:0.###} s{(holder is null ? "" : $": '{holder.Owner}' holds it (token {holder.Token}{(isOwn ? "; that is this process, and locks are not reentrant" : "")})")}.") =>
        (Name, Timeout, Holder) = (name, timeout, holder);

    /// <summary>The name of the lock.</summary>
    public string Name { get; }

    /// <summary>How long the caller wanted to wait.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Who held it when it was last seen; null when that is not known.</summary>
    public LockHolder? Holder { get; }
}
