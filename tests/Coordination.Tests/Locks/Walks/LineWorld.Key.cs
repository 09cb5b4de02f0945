using System.Globalization;
using System.Text;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Locks.Line;

namespace Coordination.Tests.Locks.Walks;

/// <content>
/// What makes two states the same: all that decides what can happen. Revisions and attempts count by their order only, else the same situation would be another one
/// whenever something else had happened before it.
/// </content>
internal sealed partial class LineWorld
{
    public string Key()
    {
        var revisions = new SortedSet<long>();
        var attempts = new SortedSet<Guid>();
        Describe(new Names(r => Note(revisions, r.Value), a => Note(attempts, a.Value)));
        var revisionRank = revisions.Select((r, i) => (r, i)).ToDictionary(x => x.r, x => x.i);
        var attemptRank = attempts.Select((a, i) => (a, i)).ToDictionary(x => x.a, x => x.i);
        return Describe(new Names(
            r => r.Value == 0 ? "-" : revisionRank[r.Value].ToString(CultureInfo.InvariantCulture),
            a => a.Value == default ? "-" : attemptRank[a.Value].ToString(CultureInfo.InvariantCulture)));
    }

    private static string Note<T>(SortedSet<T> set, T value)
        where T : struct
    {
        if (!value.Equals(default(T)))
        {
            set.Add(value);
        }

        return "";
    }

    private string Describe(Names names)
    {
        var text = new StringBuilder();
        foreach (var kv in Store.Keys)
        {
            if (!kv.Key.ToText().Contains('@', StringComparison.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"{kv.Key}={LeaseText(kv.Lease)},{names.R(kv.CreateRevision)},{names.R(kv.ModRevision)},{kv.Version},{(LockValue.AttemptOf(kv) is { } a ? names.A(a) : "")};");
            }
        }

        // Not its rank: whether the newest revision is one of those that somebody knows.
        text.Append(names.R(Store.Revision)).Append('|').Append(IsForeign).Append(HasInterfered)
            .Append(CultureInfo.InvariantCulture, $"{Budget.Losses},{Budget.Refusals},{Budget.Withdrawals},{Budget.SessionLosses},{Budget.NotesLost},{Budget.Foreigners},{Budget.Vandals},{Budget.Ageings}");
        foreach (var system in Systems)
        {
            Describe(text.Append('|'), system, names);
        }

        return text.ToString();
    }

    private string LeaseText(LeaseId lease)
    {
        foreach (var system in Systems)
        {
            if (lease == system.Lease)
            {
                return $"L{system.Index}";
            }
        }

        return lease.ToString();
    }

    private void Describe(StringBuilder text, LineSystem s, Names n)
    {
        var state = s.State;
        text.Append(CultureInfo.InvariantCulture, $"{s.Lease},{s.OldLease},{s.IsStale},{state.Lease is null},{state.Look},{n.R(state.ChangedAt)},{(state.OwnWatchDue is { } due ? n.R(due) : "x")},");
        text.Append(CultureInfo.InvariantCulture, $"{state.WatchesOwn}{state.IsPausing}{state.TimedLook}{state.IsLineClosed}{state.HasInbox},{(state.Note is { } note ? Text(note, n) : "")};");
        text.AppendJoin(',', state.Queue.Select(w => w.Request.Value)).Append(';');
        foreach (var e in state.Entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{n.A(e.Attempt)},{LeaseText(e.Lease)},{e.For?.Request.Value},{e.Release?.Value},{n.R(e.Placed)},{n.R(e.Created)},{n.R(e.SeenAt)},{Text(e.Phase, n)};");
        }

        foreach (var (keys, began) in state.Watches)
        {
            text.Append(CultureInfo.InvariantCulture, $"w{keys.Key},{n.R(began)};");
        }

        foreach (var (keys, watch) in s.Watches)
        {
            text.Append(CultureInfo.InvariantCulture, $"{keys.Key}{watch.Began}:");
            foreach (var e in watch.Events)
            {
                text.Append(CultureInfo.InvariantCulture, $"{e.Key},{n.R(e.Revision)},{(e.Current is null ? "" : LockValue.AttemptOf(e.Current) is { } a ? n.A(a) : "?")};");
            }
        }

        foreach (var pending in s.Journal)
        {
            text.Append(CultureInfo.InvariantCulture, $"{pending.State}{Text(pending.Op, n)}{(pending.Result is { } r ? Text(_writes.Understand(new Written.Answered(pending.Write, r, default)), n) : "")};");
        }

        s.Strays.ForEach(stray => text.Append('z').Append(Text(stray.Op, n)));
        text.Append(s.Inbox).AppendJoin(',', s.Timers);
        s.Notes.ForEach(told => text.Append(Text(told, n)));
        foreach (var request in s.Requests)
        {
            text.Append(CultureInfo.InvariantCulture, $"{request.State}{(request.State == RequestState.Held ? n.R(request.Token) : "")},");
        }
    }

    private string Text(EntryPhase phase, Names n) => phase switch
    {
        EntryPhase.Doing p => "D" + Text(p.Op, n),
        EntryPhase.Stalled p => "S" + Text(p.Op, n),
        EntryPhase.Waiting p => $"W{p.Target?.Key}{p.IsFree}{string.Join(',', p.Blockers?.Keys.Order() ?? Enumerable.Empty<Bytes>())}",
        EntryPhase.Confirming p => "C" + Text(p.Tenure, n),
        EntryPhase.Held p => "H" + Text(p.Tenure, n),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Text(Tenure tenure, Names n) => $"{n.R(tenure.Token)},{n.R(tenure.Floor)},{tenure.Version}[{string.Concat(tenure.Behind.Select(t => Text(t, n)))}]";

    private string Text(Ticket t, Names n) => $"({LeaseText(t.Lease)},{n.R(t.Placed)},{n.A(t.Attempt)})";

    private string Text(LineOp op, Names n) => op.GetType().Name + n.A(op.Attempt) + LeaseText(op.Lease) + op switch
    {
        LineOp.Enter e => $"{e.IsTry}{e.InTurn}",
        LineOp.Take e => $"{n.R(e.Placed)},{n.R(e.Created)},{e.InTurn}",
        LineOp.Withdraw e => $"{n.R(e.Placed)},{n.R(e.Created)}",
        LineOp.Leave e => $"{Text(e.Tenure, n)}{e.IsPlain}{(e.Call is { } c ? Text(c, n) : "")}",
        LineOp.Give e => $"{Text(e.Tenure, n)}{Text(e.Next, n)}{string.Concat(e.Rest.Select(t => Text(t, n)))}",
        LineOp.Pass e => $"{Text(e.Tenure, n)}{n.A(e.To)}",
        LineOp.Look e => $"{n.R(e.Created)}{e.IsWide}",
        _ => "",
    };

    private string Text(LineMessage message, Names n) => message switch
    {
        LineMessage.Given m => $"G{n.A(m.To)},{n.R(m.Revision)},{m.Version}{string.Concat(m.Behind.Select(t => Text(t, n)))}",
        LineMessage.Called m => $"c{n.A(m.To)}",
        LineMessage.Concluded m => $"{m.Applied}{Text(m.Shown, n)}",
        _ => message.GetType().Name,
    };

    private string Text(LineShown s, Names n) =>
        $"{n.R(s.Revision)},{(s.Mine is { } m ? n.A(m.Attempt) + n.R(m.Token) + m.Version : "")},{n.R(s.KeyAt)},{(s.Ticket is { } t ? n.A(t) : "")},{n.R(s.Placed)},{n.R(s.Created)},{s.IsPlaceKnown}{s.Ahead}"
        + $"{string.Concat(s.First.Select(x => Text(x, n)))}{s.IsSomebodyInLine}{string.Concat(s.Line.Select(kv => $"{kv.Key}{n.R(kv.CreateRevision)}{n.R(kv.ModRevision)}"))}{s.IsFull}";

    /// <summary>How revisions and attempts are called.</summary>
    private sealed record Names(Func<Revision, string> R, Func<AttemptId, string> A);
}
