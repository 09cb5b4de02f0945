namespace Coordination.Actors.Tests.Simulation;

public sealed class VirtualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_they_are_due_each_at_its_own_time()
    {
        var start = _time.GetTimestamp();
        Timer("c", 3 * Second);
        Timer("a", Second);
        Timer("b", 2 * Second);
        _time.Advance(10 * Second);
        Assert.Equal(["a@1", "b@2", "c@3"], _fired);
        Assert.Equal(10 * Second, _time.GetElapsedTime(start));
    }

    [Fact]
    public void A_periodic_timer_fires_as_often_as_it_is_due()
    {
        using var timer = _time.CreateTimer(_ => Note("tick"), null, Second, 2 * Second);
        _time.Advance(6 * Second);
        Assert.Equal(["tick@1", "tick@3", "tick@5"], _fired);
    }

    [Fact]
    public void A_timer_that_is_changed_or_disposed_does_not_fire_at_its_old_time()
    {
        var changed = _time.CreateTimer(_ => Note("changed"), null, Second, Timeout.InfiniteTimeSpan);
        var disposed = _time.CreateTimer(_ => Note("disposed"), null, Second, Timeout.InfiniteTimeSpan);
        changed.Change(3 * Second, Timeout.InfiniteTimeSpan);
        disposed.Dispose();
        _time.Advance(5 * Second);
        Assert.Equal(["changed@3"], _fired);
    }

    [Fact]
    public void A_timer_may_start_another_one_that_is_due_in_the_same_advance()
    {
        _time.CreateTimer(_ => Timer("second", Second), null, Second, Timeout.InfiniteTimeSpan);
        _time.Advance(5 * Second);
        Assert.Equal(["second@2"], _fired);
    }

    [Fact]
    public void Time_moves_to_the_next_timer()
    {
        Timer("a", 5 * Second);
        Assert.True(_time.AdvanceToNextTimer());
        Assert.Equal(["a@5"], _fired);
        Assert.False(_time.AdvanceToNextTimer());
        Assert.Null(_time.NextTimer);
    }

    private void Timer(string name, TimeSpan due) => _time.CreateTimer(_ => Note(name), null, due, Timeout.InfiniteTimeSpan);

    private void Note(string name) => _fired.Add($"{name}@{_time.GetElapsedTime(0).TotalSeconds}");
}
