using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Etcdserverpb;

namespace Coordination.Tests.Etcd.Transport;

/// <summary>Deadlines are computed from these replies, so one that makes no sense is an error and not a long lease.</summary>
public sealed class LeaseRepliesTests
{
    [Theory]
    [InlineData(7, 10)]
    [InlineData(7, 12)]
    public void A_grant_may_be_for_a_little_longer_than_asked(long id, long ttl) =>
        Assert.Equal(TimeSpan.FromSeconds(ttl), LeaseReplies.Granted(Grant(id, ttl), new LeaseGrantRequest { ID = 7, TTL = 10 }).Ttl);

    [Theory]
    [InlineData(8, 10)]
    [InlineData(0, 10)]
    [InlineData(7, 0)]
    [InlineData(7, -1)]
    [InlineData(7, 76)]
    [InlineData(7, long.MaxValue)]
    public void A_grant_that_makes_no_sense_is_a_protocol_error(long id, long ttl)
    {
        var error = Assert.Throws<EtcdException>(() => LeaseReplies.Granted(Grant(id, ttl), new LeaseGrantRequest { ID = 7, TTL = 10 }));

        Assert.Equal((CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown), (error.Kind, error.Outcome));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_renewal_or_a_lease_without_end_is_a_protocol_error(long ttl)
    {
        Assert.Equal(CoordinationErrorKind.ProtocolError, Assert.Throws<EtcdException>(() => LeaseReplies.Renewed(new() { ID = 7, TTL = ttl })).Kind);
        Assert.Equal(CoordinationErrorKind.ProtocolError, Assert.Throws<EtcdException>(() => LeaseReplies.Info(new() { ID = 7, TTL = ttl })).Kind);
    }

    private static LeaseGrantResponse Grant(long id, long ttl) => new() { ID = id, TTL = ttl };
}
