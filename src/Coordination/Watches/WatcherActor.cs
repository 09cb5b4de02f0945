using Coordination.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Watches;

/// <summary>
/// Owns one logical watch, across all the streams it lives on: runs the effects of <see cref="WatchMachine"/>. Tells its parent; or, when it was made
/// to be shared, its subscribers.
/// </summary>
internal sealed class WatcherActor : UntypedActor, IWithTimers
{
    private const string RetryTimer = "retry";

    private readonly CoordinationContext _context;
    private readonly WatchSpec _spec;
    private readonly List<WatchSubscriber>? _subscribers;
    private WatchState _state;
    private IEtcdWatch? _watch;

    public WatcherActor(CoordinationContext context, WatchSpec spec, bool isShared)
    {
        _context = context;
        _spec = spec;
        _subscribers = isShared ? [] : null;
        _state = WatchState.For(spec);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>A watch of <paramref name="keys"/> from a revision, or (none) beginning with a snapshot. It tells its parent.</summary>
    public static Props PropsFor(CoordinationContext context, KeyRange keys, Revision from) => PropsFor(context, new WatchSpec(keys, from));

    /// <summary>
    /// A watch of what happens to <paramref name="keys"/> from now on; it tells when that is. etcd serves a watch from a past revision late (every
    /// 100 ms), and on a busy store every revision is past by the time the watch arrives: who is in a hurry watches from now and then reads.
    /// </summary>
    public static Props FromNow(CoordinationContext context, KeyRange keys) => PropsFor(context, new WatchSpec(keys, Revision.None) { FromNow = true });

    /// <summary>A watch that tells its parent.</summary>
    public static Props PropsFor(CoordinationContext context, WatchSpec spec) => Made.By(() => new WatcherActor(context, spec, false));

    /// <summary>A watch that tells those who join it.</summary>
    public static Props SharedPropsFor(CoordinationContext context, WatchSpec spec) => Made.By(() => new WatcherActor(context, spec, true));

    protected override void PreStart() => Self.Tell(new WatchMessage.Start());

    protected override void PostStop()
    {
        _context.EtcdReturn.Forget(this);
        _watch?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchMessage.Join m:
                Join(m.Subscriber);
                break;
            case WatchMessage.Leave m:
                _subscribers?.Remove(m.Subscriber);
                break;
            case WatchMessage m:
                Handle(m);
                break;
            case EtcdAnswers:
                if (Timers.IsTimerActive(RetryTimer))
                {
                    Timers.StartSingleTimer(RetryTimer, new WatchMessage.RetryDue(), _context.EtcdReturn.Jitter);
                }

                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Handle(WatchMessage message)
    {
        if (message is WatchMessage.RetryDue)
        {
            _context.EtcdReturn.Forget(this);
        }

        var (state, effects) = WatchMachine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }

        if (message is WatchMessage.Signalled { ArrivedAt: { } arrived, Signal: EtcdWatchSignal.Changes changes })
        {
            _context.Metrics.WatchTold(arrived, changes.Events.Length);
        }
    }

    private void Run(WatchEffect effect)
    {
        switch (effect)
        {
            case WatchEffect.List e:
                _context.Etcd.GetAsync(new EtcdOp.Get(e.Keys) { Revision = e.At, Limit = e.Limit }).PipeTo(
                    Self,
                    success: result => new WatchMessage.Listed(result),
                    failure: error => new WatchMessage.ListFailed(EtcdFailure.From(error)));
                break;
            case WatchEffect.Check:
                _context.Etcd.GetAsync(new EtcdOp.Get(KeyRange.Of(_spec.Keys.Key)) { KeysOnly = true }).PipeTo(
                    Self,
                    success: result => new WatchMessage.Checked(result.Header),
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
                Timers.StartSingleTimer(RetryTimer, new WatchMessage.RetryDue(), WatchBackoff.After(e.Failures, e.IsRefused, _context.Random));
                if (!e.IsRefused)
                {
                    var self = Self;
                    _context.EtcdReturn.Await(this, () => self.Tell(EtcdAnswers.Message, ActorRefs.NoSender));
                }

                break;
            case WatchEffect.SetStableTimer e:
                Timers.StartSingleTimer("stable", new WatchMessage.StableDue(e.Generation), WatchBackoff.StableAfter);
                break;
            case WatchEffect.Tell e:
                Report(e.Event);
                Tell(e.Event);
                break;
        }
    }

    private void Open(WatchEffect.Open e)
    {
        var self = Self;
        try
        {
            var spec = new EtcdWatchSpec(_spec.Keys, e.From)
            {
                PreviousValue = _spec.PreviousValue, NoPuts = _spec.NoPuts, NoDeletes = _spec.NoDeletes, ProgressNotify = true,
            };
            _watch = _context.Etcd.Watch(spec, signal => self.Tell(
                new WatchMessage.Signalled(e.Generation, signal) { ArrivedAt = CoordinationMeter.WatchLag.Enabled ? _context.Clock.Now : null }, ActorRefs.NoSender));
        }
        catch (Exception error) when (error is EtcdException or ObjectDisposedException)
        {
            self.Tell(new WatchMessage.Signalled(e.Generation, new EtcdWatchSignal.Ended(EtcdFailure.From(error))));
        }
    }

    private void Tell(WatchEvent told)
    {
        if (_subscribers is null)
        {
            if (told is not WatchEvent.Based)
            {
                Context.Parent.Tell(told);
            }

            return;
        }

        foreach (var subscriber in _subscribers)
        {
            subscriber.Take(told);
        }
    }

    /// <summary>Who comes later begins where the others are.</summary>
    private void Join(WatchSubscriber subscriber)
    {
        if (_subscribers is null)
        {
            Unhandled(subscriber);
            return;
        }

        _subscribers.Add(subscriber);
        if (_spec.From == Revision.None && _state.HasTold)
        {
            var revision = new Revision(_state.Next == Revision.None ? _state.Known.Revision.Value : _state.Next.Value - 1);
            subscriber.Take(new WatchEvent.Snapshot(revision, _state.Known.ToArray()) { State = _state.Known });
        }

        if (_state.Interruption is { } cause)
        {
            subscriber.Take(new WatchEvent.Interrupted(cause));
        }
    }

    private void Report(WatchEvent told)
    {
        if (told is WatchEvent.Resynced resynced)
        {
            _context.Metrics.WatchResynced(resynced.Reason);
        }

        switch (told)
        {
            case WatchEvent.Interrupted e:
                _context.Metrics.WatchInterrupted();
                _context.Log.WatchInterrupted(_spec.Keys.ToString(), e.Error.Message);
                break;
            case WatchEvent.Resumed e:
                _context.Log.WatchResumed(_spec.Keys.ToString(), e.Revision);
                break;
            case WatchEvent.Resynced { Reason: ResyncReason.HistoryReplaced or ResyncReason.ClusterChanged } e:
                _context.Log.WatchHistoryReplaced(_spec.Keys.ToString(), e.Revision, e.Reason);
                break;
            case WatchEvent.Resynced e:
                _context.Log.WatchResynced(_spec.Keys.ToString(), e.Revision);
                break;
        }
    }
}
