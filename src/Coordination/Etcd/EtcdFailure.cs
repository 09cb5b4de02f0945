namespace Coordination.Etcd;

/// <summary>Makes an <see cref="EtcdException"/> of whatever a call to etcd threw, so that actors see one kind of failure.</summary>
internal static class EtcdFailure
{
    public static EtcdException From(Exception error) => error switch
    {
        EtcdException etcd => etcd,
        AggregateException { InnerException: { } inner } => From(inner),
        OperationCanceledException or ObjectDisposedException =>
            new EtcdException(CoordinationErrorKind.Stopped, WriteOutcome.Unknown, "The etcd client was closed", null, error),
        _ => new EtcdException(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, $"The call failed: {error.Message}", null, error),
    };
}
