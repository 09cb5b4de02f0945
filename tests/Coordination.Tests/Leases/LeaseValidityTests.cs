using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Leases;

public sealed class LeaseValidityTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly Instant _start;

    public LeaseValidityTests() => _start = new MonotonicClock(_time).Now;

    [Fact]
    public void A_claim_is_held_until_its_deadline_without_any_timer()
    {
        var lease = Until(5);

        _time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.True(lease.IsHeld);
        Assert.Equal(TimeSpan.FromTicks(1), lease.ValidFor);
        Assert.Null(lease.Reason);

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(lease.IsHeld);
        Assert.Equal(TimeSpan.Zero, lease.ValidFor);
        Assert.Equal(LossReason.Expired, lease.Reason);
        Assert.Null(lease.Deadline);
    }

    [Fact]
    public void A_renewal_extends_and_never_shortens()
    {
        var lease = Until(5);

        Assert.True(lease.TryExtend(At(8)));
        Assert.True(lease.TryExtend(At(6)));
        Assert.Equal(At(8), lease.Deadline);
    }

    [Fact]
    public void A_renewal_after_the_deadline_resurrects_nothing_even_when_nobody_looked_before()
    {
        var lease = Until(5);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.False(lease.TryExtend(At(50)));
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public void The_first_reason_of_a_loss_stays()
    {
        var lease = Until(5);

        lease.Lose(LossReason.LeaseGone);
        lease.Lose(LossReason.Released);
        _time.Advance(TimeSpan.FromSeconds(9));

        Assert.Equal(LossReason.LeaseGone, lease.Reason);
    }

    [Fact]
    public void A_claim_that_ran_out_before_it_was_ended_has_run_out()
    {
        var lease = Until(5);
        _time.Advance(TimeSpan.FromSeconds(5));

        lease.Lose(LossReason.Released);

        Assert.Equal(LossReason.Expired, lease.Reason);
    }

    [Fact]
    public void A_loss_is_told_to_those_who_registered()
    {
        var lease = Until(5);
        using var told = new ManualResetEventSlim();
        using var registration = lease.Lost.Register(told.Set);

        lease.Lose(LossReason.LeaseGone);

        Assert.True(told.Wait(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Once_a_reader_saw_it_lost_every_later_read_sees_it_lost()
    {
        var clock = new MonotonicClock(SuspendAwareTimeProvider.Instance);
        for (var round = 0; round < 200; round++)
        {
            var start = clock.Now;
            var lease = new LeaseValidity(new LeaseId(1), Ttl, start + TimeSpan.FromMilliseconds(2), clock);

            // Every reader that saw the loss writes it down first and reads again after that.
            var seenLost = 0;
            var broken = 0;
            var threads = new List<Thread>();
            for (var reader = 0; reader < 3; reader++)
            {
                threads.Add(new Thread(() =>
                {
                    for (var readsAfter = 0; readsAfter < 200;)
                    {
                        var lostBefore = Volatile.Read(ref seenLost) != 0;
                        var held = lease.IsHeld;
                        if (held && lostBefore)
                        {
                            Interlocked.Increment(ref broken);
                        }

                        if (!held)
                        {
                            Volatile.Write(ref seenLost, 1);
                            readsAfter++;
                            if (lease.ValidFor > TimeSpan.Zero || lease.Reason is null)
                            {
                                Interlocked.Increment(ref broken);
                            }
                        }
                    }
                }));
            }

            threads.Add(new Thread(() =>
            {
                // Renewals race with the deadline; they stop counting once one of them comes too late.
                while (true)
                {
                    var lostBefore = Volatile.Read(ref seenLost) != 0;
                    if (!lease.TryExtend(clock.Now + TimeSpan.FromMicroseconds(20)))
                    {
                        break;
                    }

                    if (lostBefore)
                    {
                        Interlocked.Increment(ref broken);
                        break;
                    }
                }
            }));
            if (round % 2 == 0)
            {
                threads.Add(new Thread(() => lease.Lose(LossReason.LeaseGone)));
            }

            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
            Assert.Equal(0, broken);
            Assert.False(lease.TryExtend(clock.Now + Ttl));
            Assert.False(lease.IsHeld);
        }
    }

    private Instant At(double seconds) => _start + TimeSpan.FromSeconds(seconds);

    private LeaseValidity Until(double seconds) => new(new LeaseId(1), Ttl, At(seconds), new MonotonicClock(_time));
}
