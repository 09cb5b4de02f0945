using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Locks.Line;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks.Walks;

/// <summary>How far a request is.</summary>
internal enum RequestState
{
    NotYet,
    Waiting,
    Held,
    Releasing,
    Over,
}

/// <summary>A request and its caller.</summary>
internal sealed class LineRequest(LockRequestId id, LockTerms terms, bool isTry)
{
    public LockRequestId Id => id;

    public LockTerms Terms => terms;

    public bool IsTry => isTry;

    public RequestState State { get; set; }

    public Revision Token { get; private set; }

    /// <summary>Whether it was lost: then its release may or may not be asked for.</summary>
    public bool IsLost { get; private set; }

    public LineRequest Clone() => new(id, terms, isTry) { State = State, Token = Token, IsLost = IsLost };

    public void Hold(Revision token)
    {
        Expect(RequestState.Waiting, "granted");
        (State, Token) = (RequestState.Held, token);
    }

    public void Answer(LockReply reply)
    {
        switch (reply)
        {
            case LockReply.Released:
                Expect(RequestState.Releasing, "released");
                break;
            case LockReply.NotAcquired when !isTry:
                throw new WalkException($"{id}: whoever wants to wait is told that it was not acquired");
            default:
                Expect(RequestState.Waiting, reply.ToString());
                break;
        }

        State = RequestState.Over;
    }

    public void Lose()
    {
        Expect(RequestState.Held, "lost");
        (State, IsLost) = (RequestState.Over, true);
    }

    private void Expect(RequestState expected, string what)
    {
        if (State != expected)
        {
            throw new WalkException($"{id} is {State}, and is {what}");
        }
    }
}

/// <summary>How far an operation is that was handed to the journal.</summary>
internal enum PendingState
{
    Sent,
    Done,
    LostUndone,
    LostDone,
}

/// <summary>An operation that the journal has not concluded.</summary>
internal sealed record Pending(Write Write, PendingState State, TxnResult? Result)
{
    public LineOp Op => (LineOp)Write.Tag!;
}

/// <summary>Whether the inbox is watched.</summary>
internal enum InboxState
{
    Closed,
    Opening,
    Open,
}

/// <summary>One system: the state of its lock, its callers, its journal, what its watches have not told yet.</summary>
internal sealed class LineSystem(int index, IReadOnlyList<LineRequest> requests)
{
    private int _attempts;
    private int _leases;

    public int Index => index;

    public IReadOnlyList<LineRequest> Requests => requests;

    public LineState State { get; set; } = LineState.Initial;

    public LeaseId Lease => new(((index + 1) * 16) + _leases);

    /// <summary>The lease before, which has not ended in etcd.</summary>
    public LeaseId? OldLease { get; set; }

    public bool IsStale { get; set; }

    public List<Pending> Journal { get; } = [];

    /// <summary>What was sent on the lease before and may still act.</summary>
    public List<Pending> Strays { get; } = [];

    public Dictionary<KeyRange, (bool Began, List<LineMessage.Changed> Events)> Watches { get; } = [];

    public InboxState Inbox { get; set; }

    public List<LineMessage> Notes { get; } = [];

    public SortedSet<string> Timers { get; } = [];

    public bool IsAtRest => State.IsIdle && State.Lease is not null && Journal.Count == 0 && Strays.Count == 0 && requests.All(r => r.State == RequestState.Over);

    public LineRequest Request(LockRequestId id) => requests.Single(r => r.Id == id);

    /// <summary>Attempts have different ids, in the order of their systems and their making.</summary>
    public AttemptId NewAttempt() => new(new Guid(index + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)++_attempts));

    public void NextLease() => _leases++;

    public LineSystem Clone()
    {
        var clone = new LineSystem(index, [.. requests.Select(r => r.Clone())])
        {
            State = State, OldLease = OldLease, IsStale = IsStale, Inbox = Inbox, _attempts = _attempts, _leases = _leases,
        };
        clone.Journal.AddRange(Journal);
        clone.Strays.AddRange(Strays);
        clone.Notes.AddRange(Notes);
        clone.Timers.UnionWith(Timers);
        foreach (var (keys, watch) in Watches)
        {
            clone.Watches.Add(keys, (watch.Began, [.. watch.Events]));
        }

        return clone;
    }
}
