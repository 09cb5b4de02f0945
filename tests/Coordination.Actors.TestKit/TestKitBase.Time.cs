namespace Coordination.Actors.TestKit;

/// <content>How long to wait.</content>
public abstract partial class TestKitBase
{
    private long? _end; // of the innermost Within, in timestamps of the real clock

    public static TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    /// <summary>What is left of the current Within.</summary>
    public TimeSpan Remaining => _end is { } end
        ? TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), end)
        : throw new InvalidOperationException(@"Remaining may not be called outside of ""within""");

    public TimeSpan RemainingOrDefault => RemainingOr(TestKitSettings.SingleExpectDefault);

    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration is { } given ? Dilated(given) : RemainingOrDefault;

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => RemainingOrDilated(timeout);

    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    public void Within(
        TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(min, max, () =>
        {
            action();
            return true;
        }, hint, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public T Within<T>(
        TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        var block = new WithinBlock(this, min, max);
        try
        {
            var result = function();
            block.Verify(hint, epsilonValue ?? TimeSpan.Zero);
            return result;
        }
        finally
        {
            block.Leave();
        }
    }

    public async Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        var block = new WithinBlock(this, TimeSpan.Zero, max);
        try
        {
            await actionAsync();
            block.Verify(null, epsilonValue ?? TimeSpan.Zero);
        }
        finally
        {
            block.Leave();
        }
    }

    protected TimeSpan RemainingOr(TimeSpan duration) => _end is null ? duration : Remaining;

    private sealed class WithinBlock
    {
        private readonly TestKitBase _kit;
        private readonly long _start = TimeProvider.System.GetTimestamp();
        private readonly TimeSpan _min;
        private readonly TimeSpan _max;
        private readonly long? _outer;

        public WithinBlock(TestKitBase kit, TimeSpan min, TimeSpan max)
        {
            (_kit, _min, _max, _outer) = (kit, min, kit._end is null ? max : Min(max, kit.Remaining), kit._end);
            kit._end = _start + (long)(_max.TotalSeconds * TimeProvider.System.TimestampFrequency);
        }

        public void Verify(string? hint, TimeSpan epsilon)
        {
            var took = TimeProvider.System.GetElapsedTime(_start);
            if (took < _min) Assertions.Fail($"Failed: block took {took}, should have at least been {_min}. {hint}");
            if (took > _max + epsilon) Assertions.Fail($"Failed: block took {took}, exceeding {_max}. {hint}");
        }

        public void Leave() => _kit._end = _outer;

        private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }
}
