using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Coordination.Etcd.Transport.Connections;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Coordination.Tests.Etcd.Transport;

/// <summary>What a failed call means. The wrong outcome makes a blind retry of a write, or loses a lock's key.</summary>
public sealed class EtcdErrorsTests
{
    private static readonly Uri Endpoint = new("http://etcd1:2379");

    [Theory]
    [InlineData(StatusCode.NotFound, "etcdserver: requested lease not found", CoordinationErrorKind.LeaseNotFound)]
    [InlineData(StatusCode.FailedPrecondition, "etcdserver: lease already exists", CoordinationErrorKind.LeaseAlreadyExists)]
    [InlineData(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted", CoordinationErrorKind.Compacted)]
    [InlineData(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision", CoordinationErrorKind.FutureRevision)]
    [InlineData(StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded", CoordinationErrorKind.NoSpace)]
    [InlineData(StatusCode.ResourceExhausted, "etcdserver: too many requests", CoordinationErrorKind.NoSpace)]
    [InlineData(StatusCode.InvalidArgument, "etcdserver: request is too large", CoordinationErrorKind.TooLarge)]
    [InlineData(StatusCode.InvalidArgument, "etcdserver: too many operations in txn request", CoordinationErrorKind.TooLarge)]
    [InlineData(StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request", CoordinationErrorKind.InvalidRequest)]
    [InlineData(StatusCode.PermissionDenied, "etcdserver: permission denied", CoordinationErrorKind.PermissionDenied)]
    [InlineData(StatusCode.Unauthenticated, "etcdserver: invalid auth token", CoordinationErrorKind.Unauthenticated)]
    [InlineData(StatusCode.Unavailable, "etcdserver: no leader", CoordinationErrorKind.NoLeader)]
    public void What_etcd_refuses_is_certainly_not_applied(StatusCode status, string detail, CoordinationErrorKind kind)
    {
        var error = EtcdErrors.Describe(new CallFailure(status, detail) { FromServer = true }, Endpoint);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(WriteOutcome.NotApplied, error.Outcome);
        Assert.Equal(Endpoint, error.Endpoint);
        Assert.Contains(detail, error.Message, StringComparison.Ordinal);
        Assert.Contains("http://etcd1:2379", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "etcdserver: request timed out", CoordinationErrorKind.Timeout)]
    [InlineData(StatusCode.Unavailable, "etcdserver: request timed out, possibly due to previous leader failure", CoordinationErrorKind.Timeout)]
    [InlineData(StatusCode.Unavailable, "etcdserver: leader changed", CoordinationErrorKind.Unavailable)]
    [InlineData(StatusCode.Unavailable, "etcdserver: server stopped", CoordinationErrorKind.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded, "context deadline exceeded", CoordinationErrorKind.Timeout)]
    [InlineData(StatusCode.Cancelled, "context canceled", CoordinationErrorKind.Timeout)]
    [InlineData(StatusCode.Unknown, "context deadline exceeded", CoordinationErrorKind.Timeout)]
    [InlineData(StatusCode.Unknown, "something", CoordinationErrorKind.Server)]
    [InlineData(StatusCode.Internal, "something", CoordinationErrorKind.Server)]
    public void What_etcd_only_failed_to_confirm_may_have_been_applied(StatusCode status, string detail, CoordinationErrorKind kind)
    {
        var error = EtcdErrors.Describe(new CallFailure(status, detail) { FromServer = true }, Endpoint);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(WriteOutcome.Unknown, error.Outcome);
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void What_was_not_sent_was_not_applied(StatusCode status) =>
        Assert.Equal(
            WriteOutcome.NotApplied, EtcdErrors.Describe(new CallFailure(status, "cannot connect") { RequestSent = false }, Endpoint).Outcome);

    [Theory]
    [MemberData(nameof(Statuses))]
    public void What_this_side_made_up_after_sending_is_unknown(StatusCode status) =>
        Assert.Equal(
            WriteOutcome.Unknown, EtcdErrors.Describe(new CallFailure(status, "etcdserver: no leader, too large, lease not found"), Endpoint).Outcome);

    [Theory]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.Unknown)]
    public void An_answer_that_is_not_the_protocol_is_a_protocol_error(StatusCode status)
    {
        var error = EtcdErrors.Describe(new CallFailure(status, "not gRPC"), Endpoint);

        Assert.Equal(CoordinationErrorKind.ProtocolError, error.Kind);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public void A_failed_handshake_is_a_security_failure_and_not_tried_again()
    {
        using var mark = new RequestMark(isStream: false);
        var cause = new HttpRequestException(HttpRequestError.SecureConnectionError, "the certificate is wrong");
        var thrown = new RpcException(new Status(StatusCode.Unavailable, "cannot connect", cause));

        var error = EtcdErrors.Describe(CallFailure.Of(thrown, mark, "etcd1", endedHere: null), Endpoint);

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

    public static TheoryData<StatusCode> Statuses => [.. Enum.GetValues<StatusCode>().Where(s => s != StatusCode.OK)];
}
