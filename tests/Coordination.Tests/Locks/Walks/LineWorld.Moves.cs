using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Locks.Line;

namespace Coordination.Tests.Locks.Walks;

/// <content>What can happen next.</content>
internal sealed partial class LineWorld
{
    public IEnumerable<LineMove> Moves()
    {
        foreach (var system in Systems)
        {
            var i = system.Index;
            foreach (var move in Callers(system).Concat(Journal(system)).Concat(Watching(system)).Concat(Leases(system)))
            {
                yield return move with { Name = $"{i}: {move.Name}" };
            }
        }

        if (IsForeign)
        {
            yield return new("foreign deletes K", true, w => w.ForeignDeletes());
        }
        else if (Budget.Foreigners > 0 && Store.Find(Name.Key) is null)
        {
            yield return new("foreign takes K", false, w => w.ForeignTakes());
        }

        if (Budget.Vandals > 0)
        {
            foreach (var kv in Store.Keys)
            {
                yield return new($"somebody deletes {kv.Key}", false, w => w.Vandalise(kv.Key));
            }
        }
    }

    private static IEnumerable<LineMove> Callers(LineSystem system)
    {
        foreach (var request in system.Requests)
        {
            var id = request.Id;
            switch (request.State)
            {
                case RequestState.NotYet:
                    yield return new($"asks {id.Value}", true, w => w.Ask(system.Index, id));
                    break;
                case RequestState.Waiting:
                    yield return new($"withdraws {id.Value}", false, w => w.WithdrawRequest(system.Index, id));
                    break;
                case RequestState.Held:
                    yield return new($"releases {id.Value}", true, w => w.ReleaseRequest(system.Index, id));
                    break;
            }
        }
    }

    private IEnumerable<LineMove> Journal(LineSystem system)
    {
        for (var i = 0; i < system.Journal.Count; i++)
        {
            var at = i;
            var pending = system.Journal[i];
            var what = $"{pending.Op.GetType().Name} #{i}";
            switch (pending.State)
            {
                case PendingState.Sent when IsNext(system, i):
                    yield return new($"etcd makes {what}", true, w => w.Apply(system.Index, at));
                    if (Budget.Losses > 0)
                    {
                        yield return new($"{what} is lost", false, w => w.Lose(system.Index, at, PendingState.LostUndone));
                    }

                    if (Budget.Refusals > 0)
                    {
                        yield return new($"{what} is refused", false, w => w.Refuse(system.Index, at));
                    }

                    break;
                case PendingState.Done:
                    yield return new($"reply to {what}", true, w => w.Deliver(system.Index, at));
                    if (Budget.Losses > 0)
                    {
                        yield return new($"the reply to {what} is lost", false, w => w.Lose(system.Index, at, PendingState.LostDone));
                    }

                    break;
                case PendingState.LostDone or PendingState.LostUndone:
                    yield return new($"the fence settles {what}", true, w => w.Settle(system.Index, at));
                    break;
            }
        }

        for (var i = 0; i < system.Strays.Count; i++)
        {
            var at = i;
            yield return new($"etcd makes a late {system.Strays[i].Op.GetType().Name}", false, w => w.ApplyStray(system.Index, at));
        }
    }

    private IEnumerable<LineMove> Watching(LineSystem system)
    {
        foreach (var (keys, watch) in system.Watches)
        {
            if (!watch.Began)
            {
                yield return new($"watch of {keys.Key} begins", true, w => w.Begin(system.Index, keys));
            }
            else if (watch.Events.Count > 0)
            {
                yield return new($"event of {watch.Events[0].Key}", true, w => w.Event(system.Index, keys));
            }
        }

        if (system.Inbox == InboxState.Opening)
        {
            yield return new("inbox opens", true, w => w.OpenInbox(system.Index));
        }

        if (system.Notes.Count > 0)
        {
            yield return new("note", true, w => w.Note(system.Index));
            if (Budget.NotesLost > 0)
            {
                yield return new("note is lost", false, w => w.LoseNote(system.Index));
            }
        }

        foreach (var timer in system.Timers)
        {
            var isLook = timer.StartsWith(nameof(LineTimer.Look), StringComparison.Ordinal);
            if ((timer == $"{LineTimer.Look}{LookDelay.DeadHead}" && !Budget.HasDeadHeads) || (timer == $"{LineTimer.OwnWatch}" && !Budget.HoldsLong)
                || (isLook && !Budget.HasEarlyLooks && !IsQuiet))
            {
                continue;
            }

            yield return new($"timer {timer}", true, w => w.Fire(system.Index, timer));
        }
    }

    private IEnumerable<LineMove> Leases(LineSystem system)
    {
        if (system.State.Lease is null)
        {
            if (system.OldLease is { } old)
            {
                yield return new("old lease ends", true, w => w.EndLease(system.Index, old));
            }

            yield return new("next session", true, w => w.OpenSession(system.Index));
            yield break;
        }

        if (system.OldLease is { } previous)
        {
            yield return new("old lease ends", true, w => w.EndLease(system.Index, previous));
        }
        else if (Budget.SessionLosses > 0)
        {
            yield return new("session is lost", false, w => w.LoseSession(system.Index));
        }

        if (system.IsStale)
        {
            yield return new("lease is renewed", true, w => w.Systems[system.Index].IsStale = false);
        }
        else if (Budget.Ageings > 0)
        {
            yield return new("lease ages", false, w => w.Age(system.Index));
        }
    }

    private static bool IsNext(LineSystem system, int index) =>
        !system.Journal.Take(index).Any(earlier => earlier.Write.Keys.Intersect(system.Journal[index].Write.Keys).Any());

    private void Ask(int system, LockRequestId id)
    {
        var request = Systems[system].Request(id);
        request.State = RequestState.Waiting;
        Tell(Systems[system], new LineMessage.Acquire(id, request.Terms, request.IsTry));
    }

    private void WithdrawRequest(int system, LockRequestId id)
    {
        if (Budget.Withdrawals == 0)
        {
            return;
        }

        Spend(b => b with { Withdrawals = b.Withdrawals - 1 });
        Tell(Systems[system], new LineMessage.Withdraw(id, new LockReply.Withdrawn()));
    }

    private void ReleaseRequest(int system, LockRequestId id)
    {
        Systems[system].Request(id).State = RequestState.Releasing;
        Tell(Systems[system], new LineMessage.Release(id));
    }

    private void Apply(int system, int at)
    {
        var pending = Systems[system].Journal[at];
        if (Attempt(pending) is { } result)
        {
            Systems[system].Journal[at] = pending with { State = PendingState.Done, Result = result };
            return;
        }

        // A lease in it is unknown: ours, or that of whom the lock was to be handed to.
        Systems[system].Journal.RemoveAt(at);
        Tell(Systems[system], new LineMessage.Refused(pending.Op, new EtcdException(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "no lease")));
    }

    private TxnResult? Attempt(Pending pending)
    {
        var before = Store.Keys.ToList();
        var result = Make(pending.Write.Txn);
        if (result is not null)
        {
            CheckTurn(pending.Op, result, before);
        }

        return result;
    }

    private void ApplyStray(int system, int at)
    {
        var stray = Systems[system].Strays[at];
        Systems[system].Strays.RemoveAt(at);
        Attempt(stray);
    }

    private void Lose(int system, int at, PendingState state)
    {
        Spend(b => b with { Losses = b.Losses - 1 });
        Systems[system].Journal[at] = Systems[system].Journal[at] with { State = state };
    }

    private void Refuse(int system, int at)
    {
        Spend(b => b with { Refusals = b.Refusals - 1 });
        var pending = Systems[system].Journal[at];
        Systems[system].Journal.RemoveAt(at);
        Tell(Systems[system], new LineMessage.Refused(pending.Op, new EtcdException(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "away")));
    }

    private void Deliver(int system, int at)
    {
        var pending = Systems[system].Journal[at];
        Systems[system].Journal.RemoveAt(at);
        Tell(Systems[system], _writes.Understand(new Written.Answered(pending.Write, pending.Result!, default)));
    }

    private void Settle(int system, int at)
    {
        var pending = Systems[system].Journal[at];
        Systems[system].Journal.RemoveAt(at);
        Tell(Systems[system], _writes.Understand(new Written.Settled(pending.Write, Make(new EtcdOp.Txn { Then = pending.Write.Look })!)));
    }

    private void Begin(int system, KeyRange keys)
    {
        Systems[system].Watches[keys] = (true, []);
        Tell(Systems[system], new LineMessage.WatchBegan(keys, Store.Revision));
    }

    private void Event(int system, KeyRange keys)
    {
        var events = Systems[system].Watches[keys].Events;
        var next = events[0];
        events.RemoveAt(0);
        Tell(Systems[system], next);
    }

    private void OpenInbox(int system)
    {
        Systems[system].Inbox = InboxState.Open;
        Tell(Systems[system], new LineMessage.InboxOpened());
    }

    private void Note(int system)
    {
        var note = Systems[system].Notes[0];
        Systems[system].Notes.RemoveAt(0);
        Tell(Systems[system], note);
    }

    private void LoseNote(int system)
    {
        Spend(b => b with { NotesLost = b.NotesLost - 1 });
        Systems[system].Notes.RemoveAt(0);
    }

    private void Fire(int system, string timer)
    {
        Systems[system].Timers.Remove(timer);
        var kind = timer.StartsWith(nameof(LineTimer.Look), StringComparison.Ordinal) ? LineTimer.Look : Enum.Parse<LineTimer>(timer);
        Tell(Systems[system], new LineMessage.TimerFired(kind));
    }

    private void LoseSession(int index)
    {
        Spend(b => b with { SessionLosses = b.SessionLosses - 1 });
        var system = Systems[index];
        system.OldLease = system.Lease;
        system.IsStale = false;
        system.Strays.AddRange(system.Journal.Where(p => p.State == PendingState.Sent && p.Op is not LineOp.Look));
        system.Journal.Clear();
        system.Notes.Clear();
        system.Inbox = InboxState.Closed;
        Tell(system, new LineMessage.SessionLost(system.Lease, LossReason.Expired));
        system.NextLease();
    }

    private void OpenSession(int index)
    {
        var system = Systems[index];
        Store.Grant(system.Lease);
        Tell(system, new LineMessage.SessionOpened(new LockLease(system.Lease, TimeSpan.FromSeconds(10))));
    }

    private void EndLease(int index, LeaseId lease)
    {
        Systems[index].OldLease = null;

        // The fence went with the lease: nothing that was sent under it acts any more.
        Systems[index].Strays.Clear();
        Announce(Store.End(lease));
    }

    private void Age(int index)
    {
        Spend(b => b with { Ageings = b.Ageings - 1 });
        Systems[index].IsStale = true;
    }

    private void ForeignTakes()
    {
        Spend(b => b with { Foreigners = b.Foreigners - 1 });
        IsForeign = true;
        Make(new EtcdOp.Txn { Then = [new EtcdOp.Put(Name.Key, "someone")] });
    }

    private void ForeignDeletes()
    {
        IsForeign = false;
        Make(new EtcdOp.Txn { Then = [new EtcdOp.Delete(Name.Key)] });
    }

    private void Vandalise(Bytes key)
    {
        Spend(b => b with { Vandals = b.Vandals - 1 });
        HasInterfered = true;
        IsForeign = IsForeign && key != Name.Key;
        Make(new EtcdOp.Txn { Then = [new EtcdOp.Delete(key)] });
    }
}
