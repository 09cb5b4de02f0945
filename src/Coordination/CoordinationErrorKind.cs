namespace Coordination;

/// <summary>What kind of operating failure a <see cref="CoordinationException"/> reports.</summary>
public enum CoordinationErrorKind
{
    /// <summary>The request is wrong in itself: an empty key, a value out of range. Repeating it does not help.</summary>
    InvalidRequest,

    /// <summary>No endpoint of etcd can be reached, or the connection broke.</summary>
    Unavailable,

    /// <summary>etcd did not answer in time. That somebody else held a lock for too long is a <see cref="LockTimeoutException"/>.</summary>
    Timeout,

    /// <summary>The member that was asked has no leader: the cluster has no quorum, or is electing.</summary>
    NoLeader,

    /// <summary>The endpoint belongs to another cluster than the other endpoints; nothing was sent to it.</summary>
    WrongCluster,

    /// <summary>The lease does not exist (any more).</summary>
    LeaseNotFound,

    /// <summary>A lease with the chosen id exists already.</summary>
    LeaseAlreadyExists,

    /// <summary>The revision has been compacted.</summary>
    Compacted,

    /// <summary>The revision lies in the future: the server's history went back, or the caller is wrong.</summary>
    FutureRevision,

    /// <summary>etcd is out of space, or limits its load.</summary>
    NoSpace,

    /// <summary>The request is larger than etcd takes (1.5 MiB, 128 operations).</summary>
    TooLarge,

    /// <summary>The user may not do this.</summary>
    PermissionDenied,

    /// <summary>The user is unknown, or the token is no longer valid.</summary>
    Unauthenticated,

    /// <summary>TLS could not be established: wrong authority, wrong host name, or the server speaks plaintext.</summary>
    SecurityFailure,

    /// <summary>The server answered something that is not the protocol.</summary>
    ProtocolError,

    /// <summary>The lock, lease or leadership is lost; the operation needs it.</summary>
    Lost,

    /// <summary>A named limit of this library is reached.</summary>
    LimitReached,

    /// <summary>The service has no instance that takes requests.</summary>
    NoInstance,

    /// <summary>The coordination system is stopping or has stopped. Every later call fails with this.</summary>
    Stopped,

    /// <summary>etcd reported an error that has no kind of its own.</summary>
    Server,
}
