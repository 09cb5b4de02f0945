using Coordination.Supervision;

namespace Coordination.Tests.Actors;

public sealed class DelayLineTests
{
    [Fact]
    public void What_comes_is_due_after_the_delay_and_at_most_a_quarter_later()
    {
        var line = new DelayLine<string>(new Owner(), TimeSpan.FromSeconds(4), new object());
        line.Add("a");
        line.Step();
        line.Add("b");

        Assert.Equal([[], [], [], ["a"], ["b"], []], Enumerable.Range(0, 6).Select(_ => line.Step()));
    }

    [Fact]
    public void There_is_one_timer_and_only_while_something_waits()
    {
        var owner = new Owner();
        var line = new DelayLine<int>(owner, TimeSpan.FromSeconds(4), "step");

        line.Add(1);
        line.Add(2);
        Assert.Equal([TimeSpan.FromSeconds(1)], owner.Started);

        for (var step = 0; step < 5; step++)
        {
            line.Step();
        }

        Assert.Equal(5, owner.Started.Count);
    }

    private sealed class Owner : IWithTimers, ITimerScheduler
    {
        public List<TimeSpan> Started { get; } = [];

        public ITimerScheduler Timers { get => this; set => throw new NotSupportedException(); }

        public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Started.Add(timeout);

        public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => throw new NotSupportedException();

        public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => throw new NotSupportedException();

        public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => throw new NotSupportedException();

        public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => throw new NotSupportedException();

        public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) => throw new NotSupportedException();

        public IReadOnlyCollection<object> ActiveTimers => [];

        public bool IsTimerActive(object key) => throw new NotSupportedException();

        public void Cancel(object key) => throw new NotSupportedException();

        public void CancelAll() => throw new NotSupportedException();
    }
}
