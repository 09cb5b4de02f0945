namespace Coordination.Grpc;

/// <summary>The status codes of gRPC (the numbers are protocol facts).</summary>
public enum GrpcStatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,
    /// <summary>The caller cancelled the call.</summary>
    Cancelled = 1,
    /// <summary>An error without a better code, also a reply that is not gRPC.</summary>
    Unknown = 2,
    /// <summary>The request itself is wrong, whatever the state of the server.</summary>
    InvalidArgument = 3,
    /// <summary>The deadline passed; the call may or may not have had its effect.</summary>
    DeadlineExceeded = 4,
    /// <summary>Something named in the request does not exist.</summary>
    NotFound = 5,
    /// <summary>Something that should be created exists already.</summary>
    AlreadyExists = 6,
    /// <summary>The caller is known but not allowed.</summary>
    PermissionDenied = 7,
    /// <summary>A quota or limit is used up.</summary>
    ResourceExhausted = 8,
    /// <summary>The server is not in the state that the request needs.</summary>
    FailedPrecondition = 9,
    /// <summary>The operation was aborted, for example by a conflict.</summary>
    Aborted = 10,
    /// <summary>A value is outside the valid range (etcd: a compacted or future revision).</summary>
    OutOfRange = 11,
    /// <summary>The server does not know the method.</summary>
    Unimplemented = 12,
    /// <summary>An invariant is broken: a protocol error, a malformed frame.</summary>
    Internal = 13,
    /// <summary>The server cannot be reached or is not serving now.</summary>
    Unavailable = 14,
    /// <summary>Data is lost or corrupt.</summary>
    DataLoss = 15,
    /// <summary>The caller is not authenticated.</summary>
    Unauthenticated = 16,
}
