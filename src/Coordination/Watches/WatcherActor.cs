using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Watches;

/// <summary>Owns one logical watch, across all the streams it lives on: runs the effects of <see cref="WatchMachine"/>. Tells its parent.</summary>
internal sealed class WatcherActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly KeyRange _keys;
    private WatchState _state;
    private IEtcdWatch? _watch;

    public WatcherActor(CoordinationContext context, KeyRange keys, WatchState start)
    {
        _context = context;
        _keys = keys;
        _state = start;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>A watch of <paramref name="keys"/> from a revision, or (none) beginning with a snapshot.</summary>
    public static Props PropsFor(CoordinationContext context, KeyRange keys, Revision from) =>
        Props.Create(() => new WatcherActor(context, keys, WatchState.StartingAt(from)));

    /// <summary>
    /// A watch of what happens to <paramref name="keys"/> from now on; it tells when that is. etcd serves a watch from a past revision late (every
    /// 100 ms), and on a busy store every revision is past by the time the watch arrives: who is in a hurry watches from now and then reads.
    /// </summary>
    public static Props FromNow(CoordinationContext context, KeyRange keys) =>
        Props.Create(() => new WatcherActor(context, keys, WatchState.StartingNow));

    protected override void PreStart() => Self.Tell(new WatchMessage.Start());

    protected override void PostStop() => _watch?.Dispose();

    protected override void OnReceive(object message)
    {
        if (message is WatchMessage m)
        {
            var (state, effects) = WatchMachine.Handle(_state, m);
            _state = state;
            foreach (var effect in effects)
            {
                Run(effect);
            }
        }
        else
        {
            Unhandled(message);
        }
    }

    private void Run(WatchEffect effect)
    {
        switch (effect)
        {
            case WatchEffect.List:
                _context.Etcd.GetAsync(new EtcdOp.Get(_keys)).PipeTo(
                    Self,
                    success: result => new WatchMessage.Listed(result),
                    failure: error => new WatchMessage.ListFailed(EtcdFailure.From(error)));
                break;
            case WatchEffect.Open e:
                Open(e);
                break;
            case WatchEffect.Close:
                _watch?.Dispose();
                _watch = null;
                break;
            case WatchEffect.SetRetryTimer e:
                Timers.StartSingleTimer("retry", new WatchMessage.RetryDue(), BackoffPolicy.Default.After(e.Failures, Random.Shared));
                break;
            case WatchEffect.Tell e:
                Report(e.Event);
                Context.Parent.Tell(e.Event);
                break;
        }
    }

    private void Open(WatchEffect.Open e)
    {
        var self = Self;
        try
        {
            _watch = _context.Etcd.Watch(
                new EtcdWatchSpec(_keys, e.From), signal => self.Tell(new WatchMessage.Signalled(e.Generation, signal), ActorRefs.NoSender));
        }
        catch (Exception error) when (error is EtcdException or ObjectDisposedException)
        {
            self.Tell(new WatchMessage.Signalled(e.Generation, new EtcdWatchSignal.Ended(EtcdFailure.From(error))));
        }
    }

    private void Report(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Interrupted e:
                _context.Log.WatchInterrupted(_keys.ToString(), e.Error.Message);
                break;
            case WatchEvent.Resynced e:
                _context.Log.WatchResynced(_keys.ToString(), e.Revision);
                break;
        }
    }
}
