using Coordination.Elections;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Locks.Line;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Leases;

public sealed class LossNewsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualResetEventSlim _gate = new();
    private readonly LeaseValidity _lease;

    public LossNewsTests()
    {
        var clock = new MonotonicClock(new FakeTimeProvider());
        _lease = new LeaseValidity(new LeaseId(1), TimeSpan.FromSeconds(10), clock.Now + TimeSpan.FromSeconds(9), clock);
    }

    public void Dispose()
    {
        _gate.Set();
        _gate.Dispose();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    public void A_callback_that_blocks_delays_nobody_elses_loss(int holders)
    {
        // Every callback waits until all of them have been called.
        using var called = new CountdownEvent(holders);
        using var done = new CountdownEvent(holders);
        for (var n = 0; n < holders; n++)
        {
            new LockClaim($"/k/{n}", LockRequestId.Next(), new Revision(5), _lease).Lost.Register(() =>
            {
                called.Signal();
                called.Wait(Limit);
                done.Signal();
            });
        }

        _lease.Lose(LossReason.Expired);

        Assert.True(called.Wait(Limit));
        Assert.True(done.Wait(Limit));
    }

    [Fact]
    public void A_lock_and_a_leadership_of_one_lease_are_told_whoever_blocks()
    {
        using var lost = new CountdownEvent(2);
        using var done = new CountdownEvent(2);
        var claim = new LockClaim("/k", LockRequestId.Next(), new Revision(5), _lease);
        var term = new LeadershipClaim("/e", CandidacyId.Next(), "/e/1", "v", new Revision(6), _lease);
        foreach (var token in (CancellationToken[])[claim.Lost, term.Lost])
        {
            token.Register(() =>
            {
                lost.Signal();
                lost.Wait(Limit);
                done.Signal();
            });
        }

        _lease.Lose(LossReason.LeaseGone);

        Assert.True(lost.Wait(Limit));
        Assert.True(done.Wait(Limit));
    }

    [Fact]
    public void Who_asks_after_the_loss_is_told_at_once()
    {
        var claim = new LockClaim("/k", LockRequestId.Next(), new Revision(5), _lease);
        var term = new LeadershipClaim("/e", CandidacyId.Next(), "/e/1", "v", new Revision(6), _lease);
        using var told = new ManualResetEventSlim();
        using var registration = _lease.Lost.Register(told.Set);
        _lease.Lose(LossReason.Expired);
        Assert.True(told.Wait(Limit));

        Assert.True(claim.Lost.IsCancellationRequested);
        Assert.True(term.Lost.IsCancellationRequested);
    }
}
