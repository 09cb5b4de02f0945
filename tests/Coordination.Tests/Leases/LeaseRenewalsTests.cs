using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Coordination.Leases;
using Coordination.Tests.Actors;
using Coordination.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Leases;

/// <summary>Old servers renew leases although they do not lead any more; what they say is proven by a read.</summary>
public sealed class LeaseRenewalsTests
{
    private static readonly LeaseId Lease = new(7);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();

    private ScriptedEtcd Etcd { get; } = new() { Version = "3.4.23" };

    [Theory]
    [InlineData("3.4.23", false)]
    [InlineData("3.4.30", false)]
    [InlineData("3.4.31", true)]
    [InlineData("3.4.31-rc.1", false)]
    [InlineData("3.4.42", true)]
    [InlineData("3.5.0", false)]
    [InlineData("3.5.12", false)]
    [InlineData("3.5.13-rc.0", false)]
    [InlineData("3.5.13", true)]
    [InlineData("3.5.21", true)]
    [InlineData("3.6.0", true)]
    [InlineData("4.0.0", true)]
    [InlineData("3.3.27", false)]
    [InlineData("2.3.8", false)]
    [InlineData("unknown", false)]
    [InlineData("", false)]
    public void Versions_are_told_apart(string version, bool isTrusted) => Assert.Equal(isTrusted, ServerVersion.RenewsOnlyAsLeader(version));

    [Fact]
    public async Task A_renewal_of_an_old_server_counts_when_the_same_member_answers_a_read_in_the_same_term()
    {
        var renewing = Renew();
        Acknowledge(member: 1, term: 5);
        Assert.False(renewing.IsCompleted);
        AnswerRead(member: 1, term: 5);

        Assert.Equal(Ttl, (await renewing).Ttl);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 5)]
    public async Task It_does_not_count_when_another_member_or_another_term_answers(ulong member, ulong term)
    {
        var renewing = Renew();
        Acknowledge(member: 1, term: 5);
        AnswerRead(member, term);

        Assert.Equal(CoordinationErrorKind.NoLeader, (await Assert.ThrowsAsync<EtcdException>(() => renewing)).Kind);
    }

    [Fact]
    public async Task It_does_not_count_when_the_read_fails()
    {
        var renewing = Renew();
        Acknowledge(member: 1, term: 5);
        Etcd.Next<EtcdOp.Get>().Fail(CoordinationErrorKind.Timeout, WriteOutcome.NotApplied);

        await Assert.ThrowsAsync<EtcdException>(() => renewing);
    }

    [Fact]
    public async Task Without_the_permission_to_read_the_server_is_believed()
    {
        var renewing = Renew();
        Acknowledge(member: 1, term: 5);
        Etcd.Next<EtcdOp.Get>().Fail(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied);

        Assert.Equal(Ttl, (await renewing).Ttl);
    }

    [Fact]
    public async Task A_new_server_is_believed()
    {
        Etcd.Version = "3.5.21";
        var renewing = Renew();
        Acknowledge(member: 1, term: 5);

        Assert.Equal(Ttl, (await renewing).Ttl);
        Etcd.ExpectNothing();
    }

    [Fact]
    public async Task A_lease_that_is_gone_needs_no_proof()
    {
        var renewing = Renew(RenewalProof.Always);
        Etcd.Next<ScriptedEtcd.KeepAlive>().Answer(new LeaseRenewed(Lease, TimeSpan.Zero, new EtcdHeader(1, 1, new(1), 5)));

        Assert.True((await renewing).IsGone);
    }

    [Fact]
    public async Task The_options_decide_where_the_version_does_not()
    {
        var never = Renew(RenewalProof.Never);
        Acknowledge(member: 1, term: 5);
        await never;

        Etcd.Version = "3.5.21";
        var always = Renew(RenewalProof.Always);
        Acknowledge(member: 1, term: 5);
        AnswerRead(member: 1, term: 5);
        await always;
    }

    private Task<LeaseRenewed> Renew(RenewalProof mode = RenewalProof.Auto) =>
        new LeaseRenewals(Etcd, mode, "probe", new MonotonicClock(_time), NullLogger.Instance).RenewAsync(Lease, TimeSpan.FromSeconds(1));

    private void Acknowledge(ulong member, ulong term) =>
        Etcd.Next<ScriptedEtcd.KeepAlive>().Answer(new LeaseRenewed(Lease, Ttl, new EtcdHeader(1, member, new(1), term)));

    private void AnswerRead(ulong member, ulong term) =>
        Etcd.Next<EtcdOp.Get>().Answer(new GetResult(new EtcdHeader(1, member, new(1), term), [], 0, false));
}
