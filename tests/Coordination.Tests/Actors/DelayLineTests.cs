using Coordination.Supervision;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Actors;

public sealed class DelayLineTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(8);

    private readonly FakeTimeProvider _time = new();
    private readonly Owner _owner = new();
    private readonly DelayLine<string> _line;

    public DelayLineTests() => _line = new DelayLine<string>(_owner, new MonotonicClock(_time), Delay, "due");

    [Fact]
    public void What_comes_is_due_after_the_delay_and_at_most_an_eighth_later()
    {
        _line.Add("a");
        _time.Advance(Delay / 16);
        _line.Add("b");
        _time.Advance(Delay * 15 / 16);

        Assert.Equal(["a"], _line.Take());
        Assert.Equal([Delay, Delay / 8], _owner.Started);

        _time.Advance(Delay / 8);
        Assert.Equal(["b"], _line.Take());
    }

    [Fact]
    public void There_is_one_timer_and_only_while_something_waits()
    {
        _line.Add("a");
        _time.Advance(Delay / 2);
        _line.Add("b");
        Assert.Equal([Delay], _owner.Started);

        _time.Advance(Delay / 2);
        Assert.Equal(["a"], _line.Take());
        Assert.Equal([Delay, Delay / 2], _owner.Started);

        _time.Advance(Delay / 2);
        Assert.Equal(["b"], _line.Take());
        Assert.Equal(2, _owner.Started.Count);
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
