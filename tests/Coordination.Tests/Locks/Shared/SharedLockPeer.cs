using Coordination.Etcd;
using Coordination.Locks.Shared;

namespace Coordination.Tests.Locks.Shared;

/// <summary>One system of a <see cref="SharedLockWalk"/>: the state of its machine, and what surrounds it.</summary>
internal sealed class SharedLockPeer(char name, int acquires, int tries)
{
    public char Name { get; } = name;

    public int Acquires { get; set; } = acquires;

    public int Tries { get; set; } = tries;

    public SharedLockState State { get; set; } = SharedLockState.Initial;

    public long Session { get; set; }

    public bool IsGivenUp { get; set; }

    /// <summary>Its actor failed; the successor looks again when no request of the failed one can be on its way any more.</summary>
    public bool IsRecovering { get; set; }

    public bool IsAged { get; set; }

    /// <summary>Requests that are not answered; a release is the request's number, negative.</summary>
    public SortedDictionary<long, SharedAsk> Pending { get; private init; } = [];

    public SortedDictionary<long, Claim> Claims { get; private init; } = [];

    public List<Call> Calls { get; private init; } = [];

    public SortedSet<SharedLockTimer> Timers { get; private init; } = [];

    /// <summary>Where each watch is in the history; negative: it has not begun.</summary>
    public Dictionary<KeyRange, int> Watches { get; private init; } = [];

    /// <summary>The newest revision at which a watch or read showed an entry deleted or changed.</summary>
    public Dictionary<Bytes, long> Shown { get; private init; } = [];

    public TimeSpan ValidFor(TimeSpan ttl) => Session == 0 ? TimeSpan.Zero : IsAged ? ttl / 4 : ttl * 0.9;

    /// <summary>A number that no call on its way has.</summary>
    public int NextCall() => Enumerable.Range(1, Calls.Count + 1).First(n => Calls.All(c => !c.Name.TrimEnd('?', '!').EndsWith($"#{n}", StringComparison.Ordinal)));

    public SharedLockPeer Clone() => new(Name, Acquires, Tries)
    {
        State = State,
        Session = Session,
        IsGivenUp = IsGivenUp,
        IsAged = IsAged,
        IsRecovering = IsRecovering,
        Pending = new(Pending),
        Claims = new(Claims),
        Calls = [.. Calls],
        Timers = new(Timers),
        Watches = new(Watches),
        Shown = new(Shown),
    };

    public string Fingerprint() => $"{Describe()} {Acquires} {Tries} {Session} {IsGivenUp} {IsAged} {IsRecovering} p[{string.Join(",", Pending.Keys)}] "
        + $"c[{string.Join(",", Claims.Values)}] q[{string.Join(",", Calls.Select(c => c.Text).Order())}] t[{string.Join(",", Timers)}] "
        + $"w[{string.Join(",", Watches.OrderBy(w => w.Key.Key).Select(w => $"{w.Key}:{w.Value}"))}] g[{string.Join(",", State.Gone.Keys.Order())}] b[{string.Join(",", State.Watches.Values.Order())}] {State.Failures} {State.WatchesOwn}";

    public string Describe() => $"{Name}{Session}:[{string.Join(" ", State.Queue.Select(r => $"{(r.IsTry ? "try " : "")}{r.Id.Value}{Short(r.Ask)}"))} / "
        + string.Join(" ", State.Entries.Select(e => $"{e.Key.ToText()[^2..]}{Short(e.Ask)}@{e.Created}/{e.SeenAt} {Short(e.Phase)} for {e.Request?.Id.Value}"))
        + $"]{(State.IsReading ? " reading" : "")}{(State.WantsRead ? " wants read" : "")}{(State.IsBackingOff ? " backing off" : "")}";

    private static string Short(SharedAsk ask) => ask.Mode switch { SharedMode.Read => "r", SharedMode.Write => "w", _ => $"p{ask.Permits}/{ask.Limit}" };

    private static string Short(EntryPhase phase) => phase switch
    {
        EntryPhase.Waiting p => $"Waiting {p.Blockers.Count} {(p.Target is { IsSingle: true } t ? t.Key.ToText()[^2..] : p.Target is null ? "" : "*")}",
        EntryPhase.Entering p => $"Entering{p.Interference}",
        EntryPhase.Leaving p => $"Leaving{p.Release?.Value}{p.IsSent}{p.Failures}",
        _ => phase.GetType().Name,
    };

    public enum CallKind
    {
        Enter,
        Leave,
        Read,
    }

    public sealed record Claim(long Request, Bytes Key, long Token, long Floor, SharedAsk Ask, bool IsReleasing);

    public sealed record Call(CallKind Kind, string Name, SharedLockEffect Effect)
    {
        public SharedLockMessage? Reply { get; init; }

        public bool IsGivenUp { get; init; }

        public string Text => $"{Name}{(IsGivenUp ? " given up" : "")}{Reply switch
        {
            SharedLockMessage.Entered m => $" at {m.Line.Revision}",
            SharedLockMessage.NotEntered m => $" not at {m.Line.Revision}",
            SharedLockMessage.LineRead m => $" read {m.Line.Revision}",
            null => "",
            var m => m.GetType().Name,
        }}";
    }
}
