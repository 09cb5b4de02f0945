using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Locks.Line;
using Coordination.Tests.Walks;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Locks.Walks;

/// <summary>What may happen in a world, and how often, all systems together.</summary>
internal sealed record LineBudget
{
    /// <summary>The requests of each system.</summary>
    public ImmutableArray<ImmutableArray<LockTerms>> Wants { get; init; } = [];

    /// <summary>Which of the requests, counted over all systems in order, are tries.</summary>
    public ImmutableArray<int> Tries { get; init; } = [];

    public LockForm Form { get; init; }

    /// <summary>Requests or replies that are lost.</summary>
    public int Losses { get; init; }

    /// <summary>Operations that are refused for now.</summary>
    public int Refusals { get; init; }

    public int Withdrawals { get; init; }

    /// <summary>Sessions that are lost, or whose actor failed: what they sent may still act until their lease ends.</summary>
    public int SessionLosses { get; init; }

    public int NotesLost { get; init; }

    /// <summary>Times that a program without tickets takes the key.</summary>
    public int Foreigners { get; init; }

    /// <summary>Times that somebody deletes a key or a ticket of ours.</summary>
    public int Vandals { get; init; }

    /// <summary>Times that a lease has too little time left to grant anything.</summary>
    public int Ageings { get; init; }

    /// <summary>Whether whoever is first may be overtaken when it does not react.</summary>
    public bool HasDeadHeads { get; init; }

    /// <summary>
    /// Whether looks for which there was no event come at any time. Otherwise only when all else has come to rest, as their times are long: that leaves orders out, and
    /// makes larger worlds small enough.
    /// </summary>
    public bool HasEarlyLooks { get; init; } = true;

    /// <summary>After so many hand-overs the key is deleted for once.</summary>
    public long MaxHandOvers { get; init; } = 64;

    /// <summary>Whether the systems are told through inboxes; else each has a lease of its own.</summary>
    public bool IsTold { get; init; } = true;

    /// <summary>Whether holders are in long enough for a watch on what they hold.</summary>
    public bool HoldsLong { get; init; }
}

/// <summary>A move that can be made. Fair: left alone, it will be made one day.</summary>
internal sealed record LineMove(string Name, bool IsFair, Action<LineWorld> Make);

/// <summary>
/// Several systems, each with the real machine and the real transactions of one lock, and a model of etcd. The journal is as it promises to be: an operation is applied
/// once or never, also when its reply is lost, and what became of it is found out; operations with a key in common go one after the other.
/// </summary>
internal sealed partial class LineWorld
{
    public static readonly LockName Mutex = new(LockForm.Mutex, "/k");

    private readonly LineWrites _writes;

    public LineWorld(LineBudget budget)
    {
        Budget = budget;
        Name = new LockName(budget.Form, "/k");
        _writes = LineWrites.Of(Name, new CoordinationOptions { Owner = "o" }, new FakeTimeProvider());
        var request = 0;
        for (var i = 0; i < budget.Wants.Length; i++)
        {
            Systems.Add(new LineSystem(i, [.. budget.Wants[i].Select(terms => new LineRequest(new LockRequestId(++request), terms, budget.Tries.Contains(request)))]));
            Store.Grant(Systems[i].Lease);
            Tell(Systems[i], new LineMessage.SessionOpened(new LockLease(Systems[i].Lease, TimeSpan.FromSeconds(10))));
        }
    }

    private LineWorld(LineWorld other)
    {
        Budget = other.Budget;
        Name = other.Name;
        _writes = other._writes;
        Store = other.Store.Clone();
        Systems.AddRange(other.Systems.Select(s => s.Clone()));
        IsForeign = other.IsForeign;
        HasInterfered = other.HasInterfered;
    }

    public LineBudget Budget { get; private set; }

    public LockName Name { get; }

    public ModelStore Store { get; } = new();

    public List<LineSystem> Systems { get; } = [];

    /// <summary>Whether a program without tickets holds the key.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>Whether somebody changed keys that are not its own.</summary>
    public bool HasInterfered { get; private set; }

    public LineWorld Clone() => new(this);

    /// <summary>Everybody has been served, and nothing is left behind.</summary>
    public bool IsAtGoal => Store.Keys.All(kv => kv.Key.ToText().Contains('@', StringComparison.Ordinal)) && !IsForeign && Systems.All(s => s.IsAtRest);

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Problem()
    {
        var held = Systems.SelectMany(s => s.Requests.Where(r => r.State == RequestState.Held).Select(r => (System: s, Request: r))).ToList();
        if (!HasInterfered)
        {
            if (Budget.Form == LockForm.Mutex)
            {
                if (held.Count + (IsForeign ? 1 : 0) > 1)
                {
                    return "two holders";
                }

                if (held.Any(h => Store.Find(Name.Key) is not { } kv || kv.ModRevision != h.Request.Token || kv.Lease != h.System.Lease))
                {
                    return "a holder without the key";
                }
            }
            else if (held.Count > 0 && held.Sum(h => (long)h.Request.Terms.Permits) > held[0].Request.Terms.Limit)
            {
                return "more are in than there is room for";
            }
        }

        return held.Select(h => h.Request.Token).Distinct().Count() < held.Count ? "two holders with one token" : null;
    }

    private static string Text(LineOp op) => op.GetType().Name;

    private bool IsQuiet => Systems.All(s => s.Journal.Count == 0 && s.Notes.Count == 0 && s.Inbox != InboxState.Opening
        && s.Watches.Values.All(w => w.Began && w.Events.Count == 0));

    private void Spend(Func<LineBudget, LineBudget> spend) => Budget = spend(Budget);

    private void Tell(LineSystem system, LineMessage message)
    {
        var settings = new LineSettings(MaxWaiters: 100, MaxInLine: 2, Budget.IsTold) { MaxHandOvers = Budget.MaxHandOvers };
        var validFor = system.State.Lease is { } lease ? (system.IsStale ? lease.Ttl / 4 : lease.Ttl) : TimeSpan.Zero;
        var turn = LineTurn.Of(Name, settings, system.NewAttempt, system.State, validFor);
        turn.Handle(message);
        system.State = turn.State;
        foreach (var effect in turn.Effects)
        {
            Run(system, effect);
        }
    }

    private void Run(LineSystem system, LineEffect effect)
    {
        switch (effect)
        {
            case LineEffect.Submit e:
                system.Journal.Add(new Pending(_writes.Write(e.Op, ActorRefs.Nobody), PendingState.Sent, null));
                break;
            case LineEffect.StartWatch e:
                system.Watches.Add(e.Keys, (false, []));
                break;
            case LineEffect.StopWatch e:
                system.Watches.Remove(e.Keys);
                break;
            case LineEffect.SetTimer e:
                system.Timers.Add(e.Timer.ToString());
                break;
            case LineEffect.SetLookTimer e:
                system.Timers.RemoveWhere(t => t.StartsWith(nameof(LineTimer.Look), StringComparison.Ordinal));
                system.Timers.Add($"{LineTimer.Look}{e.Delay}");
                break;
            case LineEffect.Grant e:
                system.Request(e.Request).Hold(e.Tenure.Token);
                break;
            case LineEffect.Reply e:
                system.Request(e.Request).Answer(e.Answer);
                break;
            case LineEffect.Lose e:
                system.Request(e.Request).Lose();
                break;
            case LineEffect.WantInbox:
                system.Inbox = system.Inbox == InboxState.Closed ? InboxState.Opening : system.Inbox;
                break;
            case LineEffect.VerifyLease or LineEffect.NoteLineClosed:
                break;
            default:
                throw new WalkException($"unexpected: {effect}");
        }
    }

    /// <summary>Makes a transaction in etcd, and lets everybody who watches know.</summary>
    private TxnResult? Make(EtcdOp.Txn txn)
    {
        if (Store.Make(txn) is not var (result, changes))
        {
            return null;
        }

        Announce(changes);
        return result;
    }

    private void Announce(List<(Bytes Key, KeyValue? Current, Revision Revision)> changes)
    {
        foreach (var system in Systems)
        {
            foreach (var (key, current, revision) in changes)
            {
                foreach (var (keys, watch) in system.Watches)
                {
                    if (watch.Began && keys.Contains(key))
                    {
                        watch.Events.Add(new LineMessage.Changed(key, current, revision));
                    }
                }

                if (system.Inbox == InboxState.Open && current is not null && key == TicketKeys.InboxOf(new LockOptions().WaitersPrefix, system.Lease)
                    && LockNote.Decode(current.Value, revision) is { } note)
                {
                    system.Notes.Add(note.Message);
                }
            }
        }
    }

    /// <summary>First come, first served: whoever gets the key by its ticket was the first in line.</summary>
    private void CheckTurn(LineOp op, TxnResult result, IReadOnlyCollection<KeyValue> before)
    {
        var served = op switch
        {
            LineOp.Give give when result.Succeeded => give.Next.Lease,
            LineOp.Take take when result.Succeeded => take.Lease,
            LineOp.Enter { InTurn: true } or LineOp.Pass when result.Succeeded && Budget.Form == LockForm.Mutex => LeaseId.None,
            _ => (LeaseId?)null,
        };
        var first = before.Where(kv => kv.Key.ToText().StartsWith("coordination/waiters/%", StringComparison.Ordinal)).MinBy(kv => kv.CreateRevision);
        if (served is { } lease && first is not null && first.Lease != lease && !Budget.HasDeadHeads && !HasInterfered)
        {
            throw new WalkException($"not the first in line was served, by {Text(op)}");
        }
    }
}
