using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Time;

public sealed class TimeTests
{
    [Fact]
    public void The_backoff_doubles_from_the_minimum_to_the_maximum()
    {
        var policy = BackoffPolicy.Default;

        Assert.Equal([100, 200, 400, 800, 1600, 1600], Enumerable.Range(1, 6).Select(n => (int)policy.Base(n).TotalMilliseconds));
        Assert.Equal(policy.Max, policy.Base(int.MaxValue));
        Assert.Equal(policy.Min, policy.Base(0));
    }

    [Fact]
    public void The_jitter_adds_up_to_a_half_and_never_takes_away()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var delay = BackoffPolicy.Default.After(3, random);
            Assert.InRange(delay.TotalMilliseconds, 400, 600);
        }
    }

    [Fact]
    public void Instants_are_ordered_and_their_differences_are_spans()
    {
        var early = new Instant(5);
        var late = early + TimeSpan.FromTicks(3);

        Assert.True(early < late && late > early && early <= late && late >= early && early.CompareTo(late) < 0);
        Assert.Equal(TimeSpan.FromTicks(3), late - early);
        Assert.Equal(early, late - TimeSpan.FromTicks(3));
    }

    [Fact]
    public void The_clock_that_counts_suspended_time_never_goes_back_and_is_never_behind_the_monotonic_one()
    {
        var provider = SuspendAwareTimeProvider.Instance;
        var clock = new MonotonicClock(provider);
        var last = clock.Now;
        for (var i = 0; i < 100_000; i++)
        {
            var now = clock.Now;
            Assert.True(now >= last);
            last = now;
        }

        var monotonic = TimeProvider.System.GetElapsedTime(0);
        Assert.True(clock.Now.Ticks >= monotonic.Ticks || !OperatingSystem.IsLinux());
    }

    [Fact]
    public void A_clock_of_a_test_moves_when_it_is_told_to()
    {
        var time = new FakeTimeProvider();
        var clock = new MonotonicClock(time);
        var start = clock.Now;

        time.Advance(TimeSpan.FromMilliseconds(1500));

        Assert.Equal(TimeSpan.FromMilliseconds(1500), clock.Now - start);
    }
}
