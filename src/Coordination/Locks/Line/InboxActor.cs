using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Locks.Line;

/// <summary>
/// Watches the key through which other systems tell this session about its locks, and passes their notes on. They put it on the session's lease: it is there as long as
/// notes can be of use.
/// </summary>
internal sealed class InboxActor(CoordinationContext context, LeaseId lease) : UntypedActor
{
    public static Props PropsFor(CoordinationContext context, LeaseId lease) => Made.By(() => new InboxActor(context, lease));

    protected override void PreStart() =>
        Context.ActorOf(WatcherActor.FromNow(context, TicketKeys.InboxOf(context.Options.Locks.WaitersPrefix, lease)));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchEvent.Resynced { Reason: ResyncReason.HistoryReplaced or ResyncReason.ClusterChanged }:
                Context.Parent.Tell(new LocksCommand.HistoryReplaced());
                break;
            case WatchEvent.Started or WatchEvent.Resynced:
                // What was told before is not known.
                Context.Parent.Tell(new LocksCommand.InboxOpened());
                break;
            case WatchEvent.Changed m:
                foreach (var change in m.Events)
                {
                    if (!change.IsDelete && LockNote.Decode(change.Current.Value, change.Current.ModRevision) is { } note)
                    {
                        Context.Parent.Tell(new LocksCommand.Noted(note.Lock, note.Message));
                    }
                }

                break;
            case WatchEvent:
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
