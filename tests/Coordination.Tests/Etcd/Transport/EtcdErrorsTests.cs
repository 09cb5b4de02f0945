using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Coordination.Grpc;

namespace Coordination.Tests.Etcd.Transport;

/// <summary>What a failed call means. The wrong outcome makes a blind retry of a write, or loses a lock's key.</summary>
public sealed class EtcdErrorsTests
{
    private static readonly Uri Endpoint = new("http://etcd1:2379");

    [Theory]
    [InlineData(GrpcStatusCode.NotFound, "etcdserver: requested lease not found", CoordinationErrorKind.LeaseNotFound)]
    [InlineData(GrpcStatusCode.FailedPrecondition, "etcdserver: lease already exists", CoordinationErrorKind.LeaseAlreadyExists)]
    [InlineData(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted", CoordinationErrorKind.Compacted)]
    [InlineData(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision", CoordinationErrorKind.FutureRevision)]
    [InlineData(GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded", CoordinationErrorKind.NoSpace)]
    [InlineData(GrpcStatusCode.ResourceExhausted, "etcdserver: too many requests", CoordinationErrorKind.NoSpace)]
    [InlineData(GrpcStatusCode.InvalidArgument, "etcdserver: request is too large", CoordinationErrorKind.TooLarge)]
    [InlineData(GrpcStatusCode.InvalidArgument, "etcdserver: too many operations in txn request", CoordinationErrorKind.TooLarge)]
    [InlineData(GrpcStatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request", CoordinationErrorKind.InvalidRequest)]
    [InlineData(GrpcStatusCode.PermissionDenied, "etcdserver: permission denied", CoordinationErrorKind.PermissionDenied)]
    [InlineData(GrpcStatusCode.Unauthenticated, "etcdserver: invalid auth token", CoordinationErrorKind.Unauthenticated)]
    [InlineData(GrpcStatusCode.Unavailable, "etcdserver: no leader", CoordinationErrorKind.NoLeader)]
    public void What_etcd_refuses_is_certainly_not_applied(GrpcStatusCode status, string detail, CoordinationErrorKind kind)
    {
        var error = EtcdErrors.Describe(new GrpcException(status, detail) { FromServer = true }, Endpoint);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(WriteOutcome.NotApplied, error.Outcome);
        Assert.Equal(Endpoint, error.Endpoint);
        Assert.Contains(detail, error.Message, StringComparison.Ordinal);
        Assert.Contains("http://etcd1:2379", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GrpcStatusCode.Unavailable, "etcdserver: request timed out", CoordinationErrorKind.Timeout)]
    [InlineData(GrpcStatusCode.Unavailable, "etcdserver: request timed out, possibly due to previous leader failure", CoordinationErrorKind.Timeout)]
    [InlineData(GrpcStatusCode.Unavailable, "etcdserver: leader changed", CoordinationErrorKind.Unavailable)]
    [InlineData(GrpcStatusCode.Unavailable, "etcdserver: server stopped", CoordinationErrorKind.Unavailable)]
    [InlineData(GrpcStatusCode.DeadlineExceeded, "context deadline exceeded", CoordinationErrorKind.Timeout)]
    [InlineData(GrpcStatusCode.Cancelled, "context canceled", CoordinationErrorKind.Timeout)]
    [InlineData(GrpcStatusCode.Unknown, "context deadline exceeded", CoordinationErrorKind.Timeout)]
    [InlineData(GrpcStatusCode.Unknown, "something", CoordinationErrorKind.Server)]
    [InlineData(GrpcStatusCode.Internal, "something", CoordinationErrorKind.Server)]
    public void What_etcd_only_failed_to_confirm_may_have_been_applied(GrpcStatusCode status, string detail, CoordinationErrorKind kind)
    {
        var error = EtcdErrors.Describe(new GrpcException(status, detail) { FromServer = true }, Endpoint);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(WriteOutcome.Unknown, error.Outcome);
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void What_was_not_sent_was_not_applied(GrpcStatusCode status) =>
        Assert.Equal(
            WriteOutcome.NotApplied, EtcdErrors.Describe(new GrpcException(status, "cannot connect") { RequestSent = false }, Endpoint).Outcome);

    [Theory]
    [MemberData(nameof(Statuses))]
    public void What_this_side_made_up_after_sending_is_unknown(GrpcStatusCode status) =>
        Assert.Equal(
            WriteOutcome.Unknown, EtcdErrors.Describe(new GrpcException(status, "etcdserver: no leader, too large, lease not found"), Endpoint).Outcome);

    [Theory]
    [InlineData(GrpcStatusCode.Internal)]
    [InlineData(GrpcStatusCode.Unknown)]
    public void An_answer_that_is_not_the_protocol_is_a_protocol_error(GrpcStatusCode status)
    {
        var error = EtcdErrors.Describe(new GrpcException(status, "not gRPC"), Endpoint);

        Assert.Equal(CoordinationErrorKind.ProtocolError, error.Kind);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public void A_failed_handshake_is_a_security_failure_and_not_tried_again()
    {
        var cause = new HttpRequestException(HttpRequestError.SecureConnectionError, "the certificate is wrong");

        var error = EtcdErrors.Describe(new GrpcException(GrpcStatusCode.Unavailable, "cannot connect", cause) { RequestSent = false }, Endpoint);

        Assert.Equal(CoordinationErrorKind.SecurityFailure, error.Kind);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void A_cancelled_watch_says_why()
    {
        Assert.Equal(CoordinationErrorKind.PermissionDenied, Kind("rpc error: code = PermissionDenied desc = etcdserver: permission denied"));
        Assert.Equal(CoordinationErrorKind.Unauthenticated, Kind("etcdserver: invalid auth token"));
        Assert.Equal(CoordinationErrorKind.NoLeader, Kind("etcdserver: no leader"));
        Assert.Equal(CoordinationErrorKind.Server, Kind(""));

        var compacted = EtcdErrors.WatchCancelled("", 42, Endpoint);
        Assert.Equal(CoordinationErrorKind.Compacted, compacted.Kind);
        Assert.Equal(new Revision(42), compacted.CompactRevision);

        static CoordinationErrorKind Kind(string reason) => EtcdErrors.WatchCancelled(reason, 0, Endpoint).Kind;
    }

    [Fact]
    public void The_end_of_a_stream_is_told_by_its_cause()
    {
        Assert.Equal(CoordinationErrorKind.Unavailable, EtcdErrors.StreamEnded(null, Endpoint).Kind);
        Assert.Equal(CoordinationErrorKind.Stopped, EtcdErrors.StreamEnded(new OperationCanceledException(), Endpoint).Kind);
        Assert.Equal(CoordinationErrorKind.Unavailable, EtcdErrors.StreamEnded(new IOException("broken"), Endpoint).Kind);
    }

    [Fact]
    public void Secrets_in_an_endpoint_are_not_shown() =>
        Assert.DoesNotContain("secret", EtcdErrors.StreamEnded(null, new Uri("http://user:secret@etcd1:2379")).Message, StringComparison.Ordinal);

    public static TheoryData<GrpcStatusCode> Statuses => [.. Enum.GetValues<GrpcStatusCode>().Where(s => s != GrpcStatusCode.OK)];
}
