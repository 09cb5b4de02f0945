namespace Coordination;

/// <summary>
/// How the holder of something gives it back: it is sent once, whoever asks, and all wait for that. Thread-safe. That the system was stopped is no error: the
/// lease was revoked with everything on it.
/// </summary>
/// <param name="options">The options of the system.</param>
/// <param name="send">Sends it; the result is why it was refused, or null.</param>
/// <param name="forgotten">Told when nobody can give it back any more, because its holder is garbage. Runs on the finalizer's thread.</param>
internal sealed class GiveBack(CoordinationOptions options, Func<Task<CoordinationException?>> send, Action forgotten)
{
    private readonly Lock _lock = new();
    private Task? _sent;

    /// <summary>
    /// Only tells: what a forgotten handle protects may still be at work, so giving it back here could let two in.
    /// </summary>
    ~GiveBack()
    {
        if (_sent is null)
        {
            forgotten();
        }
    }

    /// <summary>Sends it, if that was not done yet.</summary>
    /// <param name="cancellationToken">Stops waiting only.</param>
    public Task SendAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _sent ??= SendOnceAsync();
        }

        return _sent.WaitAsync(cancellationToken);
    }

    /// <summary>Waits as long as a stop of the system may take, while it goes on; does not throw.</summary>
    /// <param name="release">The giving back that was begun.</param>
    public async ValueTask DisposeAsync(Task release)
    {
        try
        {
            await release.WaitAsync(options.StopTimeout, options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or CoordinationException)
        {
            // The actor goes on trying; in the last resort the key goes with its lease.
        }
    }

    private async Task SendOnceAsync()
    {
        try
        {
            if (await send().ConfigureAwait(false) is { Kind: not CoordinationErrorKind.Stopped } error)
            {
                throw error;
            }
        }
        catch (CoordinationException error) when (error.Kind == CoordinationErrorKind.Stopped)
        {
            // It was stopped before it could answer.
        }
    }
}
