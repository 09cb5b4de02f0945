namespace Coordination;

/// <summary>A lock was held by somebody else for the whole time that the caller wanted to wait.</summary>
public sealed class LockTimeoutException : CoordinationException
{
    internal LockTimeoutException(string name, TimeSpan timeout, LockHolder? holder, bool isOwn)
        : base(
            CoordinationErrorKind.Timeout,
            $"The lock '{name}' was not acquired within {timeout.TotalSeconds:0.###} s{(holder is null ? "" : $": '{holder.Owner}' holds it (token {holder.Token}{(isOwn ? "; that is this process, and locks are not reentrant" : "")})")}.") =>
        Holder = holder;

    /// <summary>Who held it when it was last seen; null when that is not known.</summary>
    public LockHolder? Holder { get; }
}
