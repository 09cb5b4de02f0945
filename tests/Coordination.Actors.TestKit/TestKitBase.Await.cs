namespace Coordination.Actors.TestKit;

/// <content>Waiting for a condition that no message announces.</content>
public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(10);

    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var end = new Deadline(GetTimeoutOrDefault(duration));
        while (true)
        {
            try
            {
                assertion();
                return;
            }
            catch (Exception) when (end.Left > TimeSpan.Zero)
            {
                Pause(interval, cancellationToken);
            }
        }
    }

    public async Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        await AwaitAssertAsync(() =>
        {
            assertion();
            return Task.CompletedTask;
        }, duration, interval, cancellationToken);

    public async Task AwaitAssertAsync(
        Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var end = new Deadline(GetTimeoutOrDefault(duration));
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (end.Left > TimeSpan.Zero)
            {
                await PauseAsync(interval, cancellationToken);
            }
        }
    }

    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default)
    {
        var limit = GetTimeoutOrDefault(max);
        if (!AwaitConditionNoThrow(conditionIsFulfilled, limit, interval, cancellationToken)) Assertions.Fail(message ?? $"Timeout {limit} expired while waiting for condition.");
    }

    public bool AwaitConditionNoThrow(
        Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var end = new Deadline(max);
        while (!conditionIsFulfilled())
        {
            if (end.Left <= TimeSpan.Zero) return false;
            Pause(interval, cancellationToken);
        }

        return true;
    }

    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max = null, TimeSpan? interval = null, string? message = null, CancellationToken cancellationToken = default)
    {
        var limit = GetTimeoutOrDefault(max);
        var end = new Deadline(limit);
        while (!await conditionIsFulfilled())
        {
            if (end.Left <= TimeSpan.Zero) Assertions.Fail(message ?? $"Timeout {limit} expired while waiting for condition.");
            await PauseAsync(interval, cancellationToken);
        }
    }

    private static void Pause(TimeSpan? interval, CancellationToken cancellationToken)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(interval ?? DefaultInterval, cancellationToken);
    }

    private static Task PauseAsync(TimeSpan? interval, CancellationToken cancellationToken) =>
        Task.Delay(interval ?? DefaultInterval, TimeProvider.System, cancellationToken);
}
