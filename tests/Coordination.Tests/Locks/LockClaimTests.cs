using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks.Line;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Locks;

public sealed class LockClaimTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly LeaseValidity _lease;
    private readonly LockClaim _claim;

    public LockClaimTests()
    {
        var clock = new MonotonicClock(_time);
        _lease = new LeaseValidity(new LeaseId(1), TimeSpan.FromSeconds(10), clock.Now + TimeSpan.FromSeconds(9), clock);
        _claim = new LockClaim("/k", LockRequestId.Next(), new Revision(5), _lease);
    }

    [Fact]
    public void It_is_good_as_long_as_the_lease_is()
    {
        Assert.True(_claim.IsHeld);
        Assert.Equal(TimeSpan.FromSeconds(9), _claim.ValidFor);

        _time.Advance(TimeSpan.FromSeconds(9));

        Assert.False(_claim.IsHeld);
        Assert.Equal(LossReason.Expired, _claim.Reason);
    }

    [Fact]
    public void Its_limit_ends_it_before_the_lease_does_by_the_clock_alone()
    {
        var limit = Limited(TimeSpan.FromSeconds(2));
        var claim = new LockClaim("/k", LockRequestId.Next(), new Revision(5), _lease, limit: limit);
        Assert.Equal(TimeSpan.FromSeconds(2), claim.ValidFor);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.False(claim.IsHeld);
        Assert.Equal(LossReason.HoldLimit, claim.Reason);
        Assert.True(_lease.IsHeld);
    }

    [Fact]
    public void A_limit_that_is_not_needed_any_more_is_over_without_being_told()
    {
        var limit = Limited(TimeSpan.FromSeconds(2));
        var claim = new LockClaim("/k", LockRequestId.Next(), new Revision(5), _lease, limit: limit);

        claim.End(LossReason.Released);

        Assert.Null(limit.Deadline);
        Assert.False(limit.Lost.IsCancellationRequested);
        Assert.Equal(LossReason.Released, claim.Reason);
    }

    [Fact]
    public async Task It_is_lost_with_the_lease_and_tells_so()
    {
        var told = Told(_claim.Lost);

        _lease.Lose(LossReason.LeaseGone);

        await told.WaitAsync(Limit);
        Assert.Equal(LossReason.LeaseGone, _claim.Reason);
    }

    [Fact]
    public async Task It_is_lost_alone_when_its_key_is_and_the_first_reason_stays()
    {
        var told = Told(_claim.Lost);

        Assert.True(_claim.End(LossReason.KeyDeleted));
        Assert.False(_claim.End(LossReason.Released));

        await told.WaitAsync(Limit);
        Assert.True(_lease.IsHeld);
        Assert.Equal(LossReason.KeyDeleted, _claim.Reason);
    }

    [Fact]
    public void A_release_is_no_loss()
    {
        var lost = _claim.Lost;

        _claim.End(LossReason.Released);

        Assert.False(_claim.IsHeld);
        Assert.False(lost.IsCancellationRequested);
        Assert.False(_claim.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_release_after_the_lease_ran_out_still_tells_the_loss()
    {
        var told = Told(_claim.Lost);
        _time.Advance(TimeSpan.FromSeconds(9));

        _claim.End(LossReason.Released);

        await told.WaitAsync(Limit);
        Assert.Equal(LossReason.Expired, _claim.Reason);
    }

    [Fact]
    public async Task A_callback_that_throws_harms_neither_the_process_nor_the_callbacks_before_it()
    {
        var told = Told(_claim.Lost);
        using var thrower = _claim.Lost.Register(() => throw new InvalidOperationException("a user's bug"));

        _claim.End(LossReason.KeyDeleted);

        await told.WaitAsync(Limit);
    }

    private static Task Told(CancellationToken lost)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lost.Register(told.SetResult);
        return told.Task;
    }

    private LeaseValidity Limited(TimeSpan hold)
    {
        var clock = new MonotonicClock(_time);
        return new LeaseValidity(new LeaseId(1), hold, clock.Now + hold, clock);
    }
}
