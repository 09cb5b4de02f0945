using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Journal;

/// <summary>
/// A journal's machine with the transactions that it sends, a network, and a small model of etcd. A request may be applied at any time
/// after it was sent, also long
/// after it was given up, or never. Each write puts its number to its keys. What the writers are told is held against what has happened,
/// and against what happens later.
/// </summary>
internal sealed partial class JournalWalk : IWalk<JournalWalk>
{
    private static readonly Bytes Fence = "!";
    private static readonly LeaseId Lease = new(7);

    private readonly JournalMachine _machine;
    private readonly ImmutableArray<Write> _writes;
    private readonly Known[] _known;
    private readonly bool[] _isApplied;
    private JournalWalkWorld _world;
    private JournalState _state = JournalState.Initial;
    private JournalModelStore _store = JournalModelStore.Initial;
    private ImmutableList<Call> _calls = [];
    private int _submitted;
    private bool _isPausing;
    private bool _isBarred;
    private bool _isAskedAfter;
    private bool _isGivenUp;
    private bool _isOver;

    public JournalWalk(JournalWalkWorld world)
    {
        _world = world;
        _machine = new JournalMachine(new JournalLimits(world.InFlight, world.Together + 2, 1_000_000));
        _writes = [.. world.Writes.Split(' ').Select(WriteOf)];
        _known = new Known[_writes.Length];
        _isApplied = new bool[_writes.Length];
        _isBarred = world.IsBarred;
    }

    private JournalWalk(JournalWalk other)
    {
        _machine = other._machine;
        _writes = other._writes;
        _known = [.. other._known];
        _isApplied = [.. other._isApplied];
        _world = other._world;
        _state = other._state;
        _store = other._store;
        _calls = other._calls;
        _submitted = other._submitted;
        _isPausing = other._isPausing;
        _isBarred = other._isBarred;
        _isAskedAfter = other._isAskedAfter;
        _isGivenUp = other._isGivenUp;
        _isOver = other._isOver;
    }

    /// <summary>What a writer was told.</summary>
    private enum Known
    {
        Nothing,
        Applied,
        NotApplied,
    }

    public JournalWalk Clone() => new(this);

    /// <summary>The world calms down: what is on its way arrives, and nothing new goes wrong. Then every writer knows, or the session
    /// has ended.</summary>
    /// <param name="straysLast">Whether requests that were given up are applied only after all else.</param>
    public void Settle(bool straysLast)
    {
        _world = _world with { Losses = 0, Refusals = 0, Deletions = 0, Ends = false, MayBeBarred = false };
        for (var steps = 0; Calming(straysLast) is { } move; steps++)
        {
            Promise(steps < 200, "it does not come to rest");
            move.Do(this);
        }

        Promise(_isOver || !_known.Take(_submitted).Contains(Known.Nothing), "a writer is never told");
        Promise(_isOver || (_state.Queue.IsEmpty && _state.InFlight.IsEmpty), "something is left in the journal");
        Promise(_isOver || _isBarred || _state.Phase is JournalPhase.Open or JournalPhase.Unfenced, "the next write cannot be sent");
    }

    public string Fingerprint()
    {
        // Revisions and numbers of requests matter by their order only.
        var revisions = new SortedSet<long>(_calls.SelectMany(call => call.Revisions));
        revisions.UnionWith(_state.InFlight.Select(batch => batch.Fence?.Value ?? 0));
        revisions.UnionWith(_store.Keys.Values.Select(kv => kv.ModRevision.Value));
        revisions.Add((_state.Phase as JournalPhase.Open)?.Fence.Value ?? 0);
        var rank = revisions.Select((revision, i) => (revision, i)).ToDictionary(r => r.revision, r => r.i);
        var text = new StringBuilder(160);
        text.Append(_state.Phase switch
        {
            JournalPhase.Open open => $"O{rank[open.Fence.Value]}",
            JournalPhase.Fencing fencing => $"F{Numbers(fencing.Lost?.Writes ?? [])}",
            var phase => phase.GetType().Name[..3],
        });
        text.Append('|').AppendJoin(',', _state.Queue.Select(w => $"{w.Write.Tag}{(w.IsAlone ? "!" : "")}"));
        text.Append('|').AppendJoin(',', _state.InFlight.Select(b => $"{Numbers(b.Writes)}@{rank[b.Fence?.Value ?? 0]}{(b.IsLost ? "?" : "")}"));
        text.Append('|').AppendJoin(',', _calls.Select(call => call.Text(rank)).Order(StringComparer.Ordinal));
        text.Append('|').AppendJoin(',', _store.Keys.Values.Select(kv => $"{kv.Key}{kv.Value}@{rank[kv.ModRevision.Value]}")).Append(_store.IsLeaseAlive);
        text.Append('|').AppendJoin(',', _known.Select(known => (int)known)).AppendJoin(',', _isApplied.Select(applied => applied ? 1 : 0));
        text.Append('|').Append(_submitted).Append(_isPausing).Append(_isBarred).Append(_isAskedAfter).Append(_isGivenUp).Append(_isOver);
        text.Append('|').Append(_world.Losses).Append(_world.Refusals).Append(_world.Deletions).Append(_world.Ends).Append(_world.MayBeBarred);
        return text.ToString();
    }

    public string Describe() =>
        $"{_state.Phase switch { JournalPhase.Open open => $"Open {open.Fence}", JournalPhase.Fencing f => $"Fencing {Numbers(f.Lost?.Writes ?? [])}", var p => p.GetType().Name }}"
        + $" queue=[{string.Join(' ', _state.Queue.Select(w => w.Write.Tag))}] in flight=[{string.Join(' ', _state.InFlight.Select(b => $"{Numbers(b.Writes)}{(b.IsLost ? "?" : "")}"))}]"
        + $" told=[{string.Join(' ', _known)}] etcd=[{_store}]";

    private static void Promise(bool kept, string promise)
    {
        if (!kept)
        {
            throw new WalkException(promise);
        }
    }

    private static string Numbers(ImmutableArray<Write> writes) => string.Join('+', writes.Select(write => write.Tag));

    private static Write WriteOf(string keys, int number)
    {
        var value = number.ToString(CultureInfo.InvariantCulture);
        return new Write(
            ActorRefs.Nobody,
            [.. keys.Select(key => (Bytes)key.ToString())],
            new EtcdOp.Txn { Then = [.. keys.Select(key => new EtcdOp.Put(key.ToString(), value) { Lease = Lease })] },
            [new EtcdOp.Get(keys[..1])])
        {
            Tag = number,
        };
    }

    private WalkMove<JournalWalk>? Calming(bool straysLast)
    {
        var strays = _calls.Where(call => call.IsGivenUp).Select(Apply).FirstOrDefault();
        var rest = _calls.Where(call => !call.IsGivenUp).Select(call => call.Reply is null ? Apply(call) : Deliver(call)).FirstOrDefault()
            ?? OfTheSession().FirstOrDefault() ?? OfThePause().FirstOrDefault();
        return straysLast ? rest ?? strays : strays ?? rest;
    }

    private void Tell(JournalMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }

        Promise(_state.InFlight.Count <= _world.InFlight, "more batches are under way than allowed");
        var keys = _state.InFlight.SelectMany(batch => batch.Writes).SelectMany(write => write.Keys).ToList();
        Promise(keys.Count == keys.Distinct().Count(), "two writes without a conclusion have a key in common");
    }

    private void Run(JournalEffect effect)
    {
        switch (effect)
        {
            case JournalEffect.Send e:
                Promise(e.Batch.Writes.Length <= _world.Together, "a batch is too large");
                foreach (var write in e.Batch.Writes)
                {
                    Promise(_known[(int)write.Tag!] == Known.Nothing, $"write {write.Tag} is sent after its writer was told");
                }

                _calls = _calls.Add(new Call(e.Batch.Id, e.Batch, JournalTransactions.Of(e.Batch, Fence)));
                break;
            case JournalEffect.MoveFence e:
                _calls = _calls.Add(new Call(e.Move, null, JournalTransactions.Moving(Fence, Lease, e.Lost)));
                break;
            case JournalEffect.Tell e:
                Told(e.Written);
                break;
            case JournalEffect.Pause:
                _isPausing = true;
                break;
            case JournalEffect.VerifyLease:
                _isAskedAfter = true;
                break;
            case JournalEffect.GiveUpLease:
                _isGivenUp = true;
                break;
        }
    }

    private void Told(Written written)
    {
        var number = (int)written.Write.Tag!;
        Promise(_known[number] == Known.Nothing, $"write {number} is concluded twice");
        var isApplied = written switch
        {
            Written.Answered m => m.Result.Succeeded && m.Result.Results.Length == written.Write.Txn.Then.Length
                && m.Result.Results.All(result => result is PutResult),
            Written.Settled m => m.Shown.Results is [GetResult { First: { } shown }] && shown.Value == Value(number),
            _ => false,
        };
        Promise(isApplied == _isApplied[number], $"write {number} is told {(isApplied ? "applied" : "not applied")}, which it is not");
        _known[number] = isApplied ? Known.Applied : Known.NotApplied;
    }

    private static Bytes Value(int number) => number.ToString(CultureInfo.InvariantCulture);
}
