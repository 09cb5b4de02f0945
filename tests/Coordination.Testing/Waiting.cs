namespace Coordination.Testing;

/// <summary>Bounds every wait: a call that hangs fails its test instead of the run.</summary>
public static class Waiting
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    public static Task InTime(this Task task) => task.WaitAsync(Bound);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Bound);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(Bound);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Bound);

    /// <summary>Completes when the token is cancelled.</summary>
    public static async Task Cancelled(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}

/// <summary>A point that a test waits for.</summary>
public sealed class Point
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task.InTime();

    public bool IsReached => _reached.Task.IsCompleted;

    public void Reach() => _reached.TrySetResult();
}

/// <summary>A value that a handler hands to its test.</summary>
public sealed class Seen<T>
{
    private readonly TaskCompletionSource<T> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Value => _value.Task.InTime();

    public bool IsSet => _value.Task.IsCompleted;

    public void Set(T value) => _value.TrySetResult(value);
}
