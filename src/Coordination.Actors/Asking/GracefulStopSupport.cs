namespace Coordination.Actors;

/// <summary>Stopping an actor and waiting for its end.</summary>
public static class GracefulStopSupport
{
    /// <summary>Sends a <see cref="PoisonPill"/> and waits for the end.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    /// <summary>Sends a message that makes the actor stop and waits for the end. True when the actor has stopped.</summary>
    /// <exception cref="TaskCanceledException">It did not stop in time.</exception>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var watchee = ActorRefBase.Of(target);
        if (watchee.SystemImpl is not { } system) throw new ArgumentException("Nobody can not be stopped.", nameof(target));
        var watcher = new StopWatcher(system, watchee, timeout);
        watchee.SendSystem(new WatchMessage(watchee, watcher));
        target.Tell(stopMessage, ActorRefs.NoSender);
        return watcher.Stopped;
    }

    private sealed class StopWatcher : ActorRefBase
    {
        private readonly TaskCompletionSource<bool> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ActorSystemImpl _system;
        private readonly ActorRefBase _watchee;
        private readonly ITimer _timer;

        public StopWatcher(ActorSystemImpl system, ActorRefBase watchee, TimeSpan timeout)
        {
            (_system, _watchee) = (system, watchee);
            Path = system.NextTempPath();
            _timer = system.Time.StartTimer(static self => ((StopWatcher)self!).TimedOut(), this, timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan);
        }

        public Task<bool> Stopped => _stopped.Task;

        public override ActorPath Path { get; }

        internal override ActorSystemImpl SystemImpl => _system;

        internal override void SendSystem(SystemMessage message)
        {
            if (message is not DeathWatchNotification) return;
            _timer.Dispose();
            _stopped.TrySetResult(true);
        }

        private protected override void TellInternal(object message, IActorRef? sender) => _system.DeadLetterRef.Refuse(message, sender, this);

        private void TimedOut()
        {
            if (_stopped.TrySetCanceled()) _watchee.SendSystem(new UnwatchMessage(this));
        }
    }
}
