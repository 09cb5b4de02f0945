namespace Coordination.Etcd;

/// <summary>What is known about a write that failed.</summary>
public enum WriteOutcome
{
    /// <summary>The server certainly did not act on it. It can be sent again.</summary>
    NotApplied,

    /// <summary>It may have been applied, or may still be applied later. Do not repeat it blindly: look first.</summary>
    Unknown,
}

/// <summary>A request to etcd that failed.</summary>
public sealed class EtcdException : CoordinationException
{
    /// <summary>Creates the exception.</summary>
    public EtcdException(
        CoordinationErrorKind kind, WriteOutcome outcome, string message, Uri? endpoint = null, Exception? innerException = null)
        : base(kind, message, innerException)
    {
        Outcome = outcome;
        Endpoint = endpoint;
    }

    /// <summary>For a write: whether it may have been applied. For a read it says nothing.</summary>
    public WriteOutcome Outcome { get; }

    /// <summary>The endpoint that was asked last, when one was.</summary>
    public Uri? Endpoint { get; }

    /// <summary>Whether the same request may succeed on another member, or here a moment later.</summary>
    public bool IsTransient => Kind
        is CoordinationErrorKind.Unavailable
        or CoordinationErrorKind.Timeout
        or CoordinationErrorKind.NoLeader
        or CoordinationErrorKind.WrongCluster
        or CoordinationErrorKind.NoSpace
        or CoordinationErrorKind.ProtocolError;

    /// <summary>Whether another endpoint may do better: a certificate, too, is a matter of one member.</summary>
    internal bool MayWorkElsewhere => IsTransient || Kind == CoordinationErrorKind.SecurityFailure;

    /// <summary>Whether the server itself said so.</summary>
    internal bool IsAnswer { get; init; }

    /// <summary>Whether the endpoint that was asked is fine, and another member failed: there is no reason to leave it.</summary>
    internal bool IsOfAnotherMember { get; init; }

    /// <summary>The exact problem, when it is about certificates, passwords or permissions.</summary>
    public EtcdSecurityProblem SecurityProblem { get; init; }

    /// <summary>When compacted: the oldest revision that still exists.</summary>
    public Revision CompactRevision { get; init; }
}
