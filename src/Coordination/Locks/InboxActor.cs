using Coordination.Etcd;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Locks;

/// <summary>
/// Watches the key in etcd through which other systems tell this one about its locks, and passes their notes on. The key lives on the session's lease: it is
/// there as long as the notes can be of use.
/// </summary>
internal sealed class InboxActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly LeaseId _lease;
    private readonly Bytes _key;
    private int _failures;

    public InboxActor(CoordinationContext context, LeaseId lease)
    {
        _context = context;
        _lease = lease;
        _key = LockLine.InboxOf(context.Options.Locks.WaitersPrefix, lease);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context, LeaseId lease) => Made.By(() => new InboxActor(context, lease));

    protected override void PreStart() => Context.ActorOf(WatcherActor.FromNow(_context, _key));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchEvent.Started:
                // Put only now, so that its deletion cannot be missed.
                Put();
                break;
            case WatchEvent.Resynced { Reason: ResyncReason.HistoryReplaced or ResyncReason.ClusterChanged }:
                Context.Parent.Tell(new LocksCommand.HistoryReplaced());
                break;
            case WatchEvent.Changed m:
                foreach (var change in m.Events)
                {
                    PassOn(change);
                }

                if (m.Events[^1].IsDelete)
                {
                    // Somebody deleted it, or the lease is gone; then it cannot be put.
                    Context.Parent.Tell(new LocksCommand.InboxClosed());
                    Put();
                }

                break;
            case IsThere:
                Context.Parent.Tell(new LocksCommand.InboxOpened(_lease));
                break;
            case NotThere m when m.Error.IsTransient:
                // Putting it twice does no harm.
                Timers.StartSingleTimer("put", new PutAgain(), BackoffPolicy.Default.After(++_failures, Random.Shared));
                break;
            case PutAgain:
                Put();
                break;
            case NotThere:
            case WatchEvent:
                break; // Without it everything works, slower: who waits watches the key.
            default:
                Unhandled(message);
                break;
        }
    }

    private void Put() => _context.Etcd.PutAsync(new EtcdOp.Put(_key, Bytes.Empty) { Lease = _lease }).PipeTo(
        Self,
        success: _ => new IsThere(),
        failure: error => new NotThere(EtcdFailure.From(error)));

    private void PassOn(EtcdEvent change)
    {
        if (!change.IsDelete && LockNote.Decode(change.Current.Value) is { } note && note.Message(change.Current.ModRevision, _lease) is { } message)
        {
            Context.Parent.Tell(new LocksCommand.Noted(note.Lock, message));
        }
    }

    private sealed record IsThere;

    private sealed record NotThere(EtcdException Error);

    private sealed record PutAgain;
}
