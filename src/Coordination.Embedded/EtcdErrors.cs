using Coordination.Grpc;

namespace Coordination.Embedded;

/// <summary>The refusals of etcd, with its codes and its words (rpctypes of the 3.4 line).</summary>
internal static class EtcdErrors
{
    public static GrpcException EmptyKey => Invalid("etcdserver: key is not provided");

    public static GrpcException KeyNotFound => Invalid("etcdserver: key not found");

    public static GrpcException ValueProvided => Invalid("etcdserver: value is provided");

    public static GrpcException LeaseProvided => Invalid("etcdserver: lease is provided");

    public static GrpcException TooManyOperations => Invalid("etcdserver: too many operations in txn request");

    public static GrpcException DuplicateKey => Invalid("etcdserver: duplicate key given in txn request");

    public static GrpcException RequestTooLarge => Invalid("etcdserver: request is too large");

    public static GrpcException Compacted => new(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");

    public static GrpcException FutureRevision => new(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");

    public static GrpcException NoSpace => new(GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded");

    public static GrpcException LeaseNotFound => new(GrpcStatusCode.NotFound, "etcdserver: requested lease not found");

    public static GrpcException LeaseExists => new(GrpcStatusCode.FailedPrecondition, "etcdserver: lease already exists");

    public static GrpcException LeaseTtlTooLarge => new(GrpcStatusCode.OutOfRange, "etcdserver: too large lease TTL");

    private static GrpcException Invalid(string detail) => new(GrpcStatusCode.InvalidArgument, detail);
}
