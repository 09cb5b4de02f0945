using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Leases;

public sealed class LossAlarmTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Real_time_has_an_alarm_with_a_thread_of_its_own()
    {
        using var alarm = LossAlarm.Create(SuspendAwareTimeProvider.Instance);
        using var other = LossAlarm.Create(TimeProvider.System);
        using var fake = LossAlarm.Create(new FakeTimeProvider());

        Assert.IsType<ThreadLossAlarm>(alarm);
        Assert.IsType<ThreadLossAlarm>(other);
        Assert.IsType<TimerLossAlarm>(fake);
    }

    [Fact]
    public void The_thread_alarm_rings_although_the_thread_pool_is_starved()
    {
        var clock = new MonotonicClock(SuspendAwareTimeProvider.Instance);
        using var alarm = new ThreadLossAlarm(clock);
        using var gate = new ManualResetEventSlim();
        using var rung = new ManualResetEventSlim();
        var blocked = 0;
        var workers = ThreadPool.ThreadCount + 64;
        using var allDone = new CountdownEvent(workers);
        for (var i = 0; i < workers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref blocked);
                    gate.Wait();
                    allDone.Signal();
                },
                null);
        }

        // The pool is starved when something that was queued last does not run; the alarm does not care.
        var lease = new LeaseValidity(new LeaseId(1), Ttl, clock.Now + TimeSpan.FromMilliseconds(100), clock);
        using var registration = lease.Lost.Register(rung.Set);
        alarm.Add(lease);
        var heard = rung.Wait(Patience);
        var starved = Volatile.Read(ref blocked) < workers;
        gate.Set();
        allDone.Wait();

        Assert.True(heard);
        Assert.True(starved, "the pool had threads left: the test shows nothing");
        Assert.Equal(LossReason.Expired, lease.Reason);
    }

    [Fact]
    public void The_thread_alarm_does_not_ring_early_and_follows_an_extension()
    {
        var clock = new MonotonicClock(SuspendAwareTimeProvider.Instance);
        using var alarm = new ThreadLossAlarm(clock);
        using var rung = new ManualResetEventSlim();
        var start = clock.Now;
        var extended = start + TimeSpan.FromMilliseconds(400);
        var lease = new LeaseValidity(new LeaseId(1), Ttl, start + TimeSpan.FromMilliseconds(200), clock);
        var rungAt = start;
        using var registration = lease.Lost.Register(() =>
        {
            rungAt = clock.Now;
            rung.Set();
        });
        alarm.Add(lease);

        var inTime = lease.TryExtend(extended);

        Assert.True(rung.Wait(Patience));
        Assert.True(!inTime || rungAt >= extended);
    }

    [Fact]
    public void The_thread_alarm_rings_for_the_nearest_of_many_whatever_the_order_they_came_in()
    {
        var clock = new MonotonicClock(SuspendAwareTimeProvider.Instance);
        using var alarm = new ThreadLossAlarm(clock);
        using var rung = new CountdownEvent(2);
        var late = new LeaseValidity(new LeaseId(1), Ttl, clock.Now + TimeSpan.FromHours(1), clock);
        var soon = new LeaseValidity(new LeaseId(2), Ttl, clock.Now + TimeSpan.FromMilliseconds(50), clock);
        var sooner = new LeaseValidity(new LeaseId(3), Ttl, clock.Now + TimeSpan.FromMilliseconds(20), clock);
        using var one = soon.Lost.Register(() => rung.Signal());
        using var two = sooner.Lost.Register(() => rung.Signal());

        alarm.Add(late);
        alarm.Add(soon);
        alarm.Add(sooner);

        Assert.True(rung.Wait(Patience));
        Assert.True(late.IsHeld);
    }

    [Fact]
    public void The_timer_alarm_rings_when_the_clock_of_a_test_reaches_the_deadline()
    {
        var time = new TimersCounted();
        var clock = new MonotonicClock(time);
        using var alarm = new TimerLossAlarm(clock);
        using var rung = new ManualResetEventSlim();
        var lease = new LeaseValidity(new LeaseId(1), Ttl, clock.Now + TimeSpan.FromSeconds(5), clock);
        using var registration = lease.Lost.Register(rung.Set);
        alarm.Add(lease);

        time.Advance(TimeSpan.FromSeconds(4));
        lease.TryExtend(clock.Now + TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.NotNull(lease.Deadline);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Null(lease.Deadline);
        Assert.True(rung.Wait(Patience));
        Assert.Equal(0, time.Timers);
    }

    [Fact]
    public void The_timer_alarm_leaves_no_timer_behind()
    {
        var time = new TimersCounted();
        var clock = new MonotonicClock(time);
        var alarm = new TimerLossAlarm(clock);
        alarm.Add(new LeaseValidity(new LeaseId(1), Ttl, clock.Now + TimeSpan.FromSeconds(5), clock));

        Assert.Equal(1, time.Timers);
        alarm.Dispose();

        Assert.Equal(0, time.Timers);
    }

    /// <summary>Knows how many timers were made and not disposed.</summary>
    private sealed class TimersCounted : FakeTimeProvider
    {
        public int Timers { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            return new Counted(base.CreateTimer(callback, state, dueTime, period), () => Timers--);
        }

        private sealed class Counted(ITimer timer, Action disposed) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                timer.Dispose();
                disposed();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
