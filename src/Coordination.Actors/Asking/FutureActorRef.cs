namespace Coordination.Actors;

/// <summary>The reference that gets the answer of one ask.</summary>
internal sealed class FutureActorRef<T>(ActorSystemImpl system) : ActorRefBase
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActorPath? _path; // made when somebody looks
    private TimeSpan _timeout;
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;

    public Task<T> Task => _answer.Task;

    public override ActorPath Path
    {
        get
        {
            if (Volatile.Read(ref _path) is { } path) return path;
            Interlocked.CompareExchange(ref _path, system.NextTempPath(), null);
            return _path;
        }
    }

    internal override ActorSystemImpl SystemImpl => system;

    public static FutureActorRef<T> For(ICanTell target, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var system = (target as ActorSelection)?.SystemImpl ?? (target is IActorRef reference ? ActorRefBase.Of(reference).SystemImpl : null) ?? ActorCell.Current?.SystemImpl
            ?? throw new ArgumentException("Unable to resolve the target Provider", nameof(target));
        var answer = new FutureActorRef<T>(system);
        if ((timeout ?? system.Settings.AskTimeout) is var limit && limit > TimeSpan.Zero)
        {
            answer._timer = system.Time.StartTimer(static self => ((FutureActorRef<T>)self!).TimedOut(), answer, limit);
            answer._timeout = limit;
        }

        if (cancellationToken.CanBeCanceled)
            answer._cancellation = cancellationToken.UnsafeRegister(static (self, token) => ((FutureActorRef<T>)self!).Cancelled(token), answer);
        return answer;
    }

    private protected override void TellInternal(object message, IActorRef? sender)
    {
        var taken = message switch
        {
            T answer => _answer.TrySetResult(answer),
            Status.Failure failure => _answer.TrySetException(failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message.")),
            _ => _answer.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (taken) Release();
        else if (!Task.IsCanceled) system.DeadLetterRef.Refuse(message, sender, this);
    }

    private void TimedOut()
    {
        if (_answer.TrySetException(new AskTimeoutException($"Timeout after {_timeout} seconds"))) Release();
    }

    private void Cancelled(CancellationToken token)
    {
        if (_answer.TrySetCanceled(token)) Release();
    }

    private void Release()
    {
        _timer?.Dispose();
        _cancellation.Unregister();
    }
}
