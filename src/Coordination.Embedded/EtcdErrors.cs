using Grpc.Core;

namespace Coordination.Embedded;

/// <summary>The refusals of etcd, with its codes and its words (rpctypes of the 3.5 line).</summary>
internal static class EtcdErrors
{
    public static RpcException EmptyKey => Invalid("etcdserver: key is not provided");

    public static RpcException KeyNotFound => Invalid("etcdserver: key not found");

    public static RpcException ValueProvided => Invalid("etcdserver: value is provided");

    public static RpcException LeaseProvided => Invalid("etcdserver: lease is provided");

    public static RpcException TooManyOperations => Invalid("etcdserver: too many operations in txn request");

    public static RpcException DuplicateKey => Invalid("etcdserver: duplicate key given in txn request");

    public static RpcException RequestTooLarge => Invalid("etcdserver: request is too large");

    public static RpcException Compacted => new(new Status(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"));

    public static RpcException FutureRevision => new(new Status(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision"));

    public static RpcException NoSpace => new(new Status(StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"));

    public static RpcException LeaseNotFound => new(new Status(StatusCode.NotFound, "etcdserver: requested lease not found"));

    public static RpcException LeaseExists => new(new Status(StatusCode.FailedPrecondition, "etcdserver: lease already exists"));

    public static RpcException LeaseTtlTooLarge => new(new Status(StatusCode.OutOfRange, "etcdserver: too large lease TTL"));

    private static RpcException Invalid(string detail) => new(new Status(StatusCode.InvalidArgument, detail));
}
