namespace Coordination.Demo.Cli;

/// <summary>Waiting for Ctrl-C or SIGTERM without an exception.</summary>
internal static class Waiting
{
    public static async Task CancelledAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult).ConfigureAwait(false);
        await cancelled.Task.ConfigureAwait(false);
    }

    /// <summary>Waits for a while, or until the token is cancelled. False: it was.</summary>
    public static async Task<bool> ForAsync(this CancellationToken token, TimeSpan time)
    {
        try
        {
            await Task.Delay(time, TimeProvider.System, token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
