using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>
/// The rules of a reader-writer lock or a semaphore. Everybody who wants in puts one entry in the line, and <see cref="SharedAdmission"/> says who is in: nobody is let in
/// but by an answer that shows its entry and everything before it at one revision. One entry is put at a time, so that the requests of this process line up in their
/// order. Watches only say when it is time to look again.
/// </summary>
internal sealed class SharedTurn(LockName name, LineSettings settings, Func<AttemptId> newAttempt, LineState state, TimeSpan validFor)
    : LineTurn(name, settings, newAttempt, state, validFor)
{
    protected override bool CanEnter => Waiting.Count() < Settings.MaxInLine && !State.Entries.Exists(e => e.Phase is EntryPhase.Doing { Op: LineOp.Enter });

    private IEnumerable<Entry> Waiting => State.Entries.Where(e => e.Phase is EntryPhase.Waiting or EntryPhase.Confirming);

    /// <summary>Where somebody waits in line nobody gets past, and what our own holders leave is known. That they disagree, the line shall say.</summary>
    protected override bool IsInTheWay(LockWaiter waiter) =>
        !State.Entries.Exists(e => e.Terms.Limit != waiter.Terms.Limit)
        && (Waiting.Any() || State.Entries.Where(e => e.Phase is EntryPhase.Held).Sum(e => (long)e.Terms.Permits) + waiter.Terms.Permits > waiter.Terms.Limit);

    protected override LineOp.Look? NextLook(LeaseId lease) => State.Entries.Exists(e => e.Phase is EntryPhase.Waiting or EntryPhase.Held)
        ? new LineOp.Look(default, lease, Revision.None, IsWide: NeedsAll())
        : null;

    protected override void WantWatches(Action<KeyRange> want)
    {
        foreach (var entry in State.Entries)
        {
            if (entry.Phase is EntryPhase.Waiting { Target: { } target })
            {
                want(target);
            }

            if (entry.Phase is EntryPhase.Waiting || (entry.Phase is EntryPhase.Held && State.WatchesOwn))
            {
                want(Name.OwnFolder(entry.Terms.Mode, entry.Lease));
            }
        }
    }

    protected override void Conclude(Entry entry, LineMessage.Concluded m)
    {
        switch (m.Op)
        {
            case LineOp.Enter when m.Shown.Find(KeyOf(entry)) is { } own:
                Judge(Set(entry with { Placed = own.ModRevision, Created = own.CreateRevision, SeenAt = m.Shown.Revision }), m.Shown);
                break;
            case LineOp.Enter { IsTry: true } when !m.WasLost:
                var oldest = m.Shown.Line.MinBy(kv => kv.CreateRevision);
                State = State with { Holder = oldest is null ? null : LockValue.HolderOf(oldest, oldest.CreateRevision) };
                NotAcquired(entry);
                Remove(entry);
                break;
            case LineOp.Enter when entry.For is null:
                Remove(entry);
                break;
            case LineOp.Enter when m.WasLost:
                Do(entry, EnterOp(entry.Attempt, entry.Lease, entry.For));
                break;
            case LineOp.Enter:
                // It was there already, under an id that nobody else has: somebody plays with the line.
                Drop(entry, LossReason.KeyOverwritten);
                Pause(null);
                break;
            case LineOp.Leave or LineOp.Withdraw when m.Applied:
                Left(entry);
                break;
            default:
                Do(entry, m.Op);
                break;
        }
    }

    protected override void OnLooked(LineOp.Look look, LineShown shown)
    {
        foreach (var entry in State.Entries)
        {
            if (shown.Revision < Later(entry.SeenAt, entry.Created))
            {
                continue;
            }

            switch (entry.Phase)
            {
                case EntryPhase.Waiting when shown.IsFull || entry.Terms.Mode == LockMode.Read:
                    Judge(Set(entry with { SeenAt = shown.Revision }), shown);
                    break;
                case EntryPhase.Held when SharedAdmission.Interference(KeyOf(entry), entry, shown) is { } reason:
                    Drop(entry, reason);
                    break;
                case EntryPhase.Held:
                    Set(entry with { SeenAt = shown.Revision });
                    break;
            }
        }
    }

    protected override void OnChanged(LineMessage.Changed m)
    {
        foreach (var entry in State.Entries)
        {
            if (m.Key == KeyOf(entry))
            {
                OnOwnChanged(entry, m);
            }
            else if (m.Current is null && entry.Phase is EntryPhase.Waiting waiting && m.Revision > entry.SeenAt)
            {
                Unblock(entry, waiting, m.Key);
            }
        }
    }

    protected override void Leave(Entry entry, Tenure tenure) => Do(entry, new LineOp.Leave(entry.Attempt, entry.Lease, entry.Terms, tenure));

    private Bytes KeyOf(Entry entry) => Name.KeyOf(entry.Terms.Mode, entry.Lease, entry.Attempt);

    /// <summary>Readers need not know of each other; a full line can be long.</summary>
    private bool NeedsAll() => Name.Form == LockForm.Semaphore || State.Entries.Exists(e => e is { Terms.Mode: LockMode.Write, Phase: EntryPhase.Waiting });

    /// <summary>What a line means for an entry that waits in it.</summary>
    private void Judge(Entry entry, LineShown shown)
    {
        if (SharedAdmission.Interference(KeyOf(entry), entry, shown) is { } reason)
        {
            // Whoever did it may do it again: it lines up again, not at once.
            Drop(entry, reason);
            Pause(null);
            return;
        }

        if (entry.For is not { } waiter)
        {
            Withdraw(entry);
            return;
        }

        switch (SharedAdmission.Judge(Name, shown, KeyOf(entry), entry.Terms))
        {
            case SharedVerdict.OtherLimit v:
                Reply(waiter.Request, new LockReply.OtherLimit(entry.Terms.Limit, v.Limit, v.Holder));
                Withdraw(Set(entry with { For = null }));
                break;
            case SharedVerdict.In v:
                Own(entry, new Tenure(entry.Created, v.Floor));
                break;
            case SharedVerdict.Waits v when waiter.IsTry:
                State = State with { Holder = v.Holder };
                NotAcquired(entry);
                Withdraw(Set(entry with { For = null }));
                break;
            case SharedVerdict.Waits v:
                State = State with { Holder = v.Holder };
                Set(entry with { Phase = new EntryPhase.Waiting(v.Target, Blockers: v.Blockers) });
                LookLater(LookDelay.Fallback);
                break;
        }
    }

    /// <summary>A blocker is gone. When that may be enough, it is time to look.</summary>
    private void Unblock(Entry entry, EntryPhase.Waiting waiting, Bytes key)
    {
        if (waiting is not { Target: { } target, Blockers: { } blockers } || !blockers.ContainsKey(key))
        {
            return;
        }

        var left = blockers.Remove(key);
        Set(entry with { Phase = waiting with { Blockers = left } });
        if (target.IsSingle ? target.Key == key : left.Values.Sum() + entry.Terms.Permits <= entry.Terms.Limit)
        {
            LookSoon();
        }
    }

    private void OnOwnChanged(Entry entry, LineMessage.Changed m)
    {
        switch (entry.Phase)
        {
            case EntryPhase.Held or EntryPhase.Confirming or EntryPhase.Waiting when m.Revision > entry.Created:
                Drop(entry, m.Current is null ? LossReason.KeyDeleted : LossReason.KeyOverwritten);
                if (entry.Phase is not EntryPhase.Held)
                {
                    Pause(null);
                }

                break;
            case EntryPhase.Doing { Op: LineOp.Enter }:
                // The reply may be older than this.
                LookSoon();
                break;
        }
    }
}
