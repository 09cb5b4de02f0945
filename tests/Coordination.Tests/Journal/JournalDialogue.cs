using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Journal;

namespace Coordination.Tests.Journal;

/// <summary>A dialogue with a journal's machine.</summary>
internal sealed class JournalDialogue(int inFlight = 2, int operations = 128, int bytes = 1024 * 1024)
{
    private readonly JournalMachine _machine = new(new JournalLimits(inFlight, operations, bytes));

    public JournalState State { get; private set; } = JournalState.Initial;

    public static EtcdException NoReply { get; } = new(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, "no reply");

    public static EtcdException NotSent { get; } = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "no connection");

    /// <summary>A write of some keys, with so many operations, and values of so many bytes.</summary>
    public static Write Write(string keys, int operations = 1, int bytes = 1) => new(
        ActorRefs.Nobody,
        [.. keys.Select(key => (Bytes)key.ToString())],
        new EtcdOp.Txn { Then = [.. Enumerable.Range(0, operations).Select(i => new EtcdOp.Put($"{keys}{i}", new string('x', bytes)))] },
        [new EtcdOp.Get(keys)])
    {
        Tag = keys,
    };

    public static TxnResult Applied(long revision, int writes) =>
        new(At(revision), true, [.. Enumerable.Range(1, writes).Select(i => new TxnResult(default, i % 2 == 1, []))]);

    /// <summary>The answer to a batch that was sent under another fence.</summary>
    public static TxnResult Refused(long? fence) => new(At(1000), false, [Got(fence is { } at ? Key("!", at) : null)]);

    /// <summary>The fence is at this revision, and this is what the looks showed.</summary>
    public static TxnResult Moved(long revision, params KeyValue?[] shown) =>
        new(At(revision), true, [new PutResult(default, null), .. shown.Select(kv => new TxnResult(default, true, [Got(kv)]))]);

    public static KeyValue Key(string key, long revision) => new(key, "v", new Revision(revision), new Revision(revision), 1, LeaseId.None);

    public ImmutableArray<JournalEffect> Tell(JournalMessage message)
    {
        var (state, effects) = _machine.Handle(State, message);
        State = state;
        return effects;
    }

    public ImmutableArray<JournalEffect> Submit(Write write) => Tell(new JournalMessage.Submit(write));

    /// <summary>The fence is set at revision 10; what is on the way is answered. Nothing is under way.</summary>
    public JournalDialogue Opened()
    {
        var move = Only<JournalEffect.MoveFence>(Submit(Write("first")));
        var send = Only<JournalEffect.Send>(Tell(new JournalMessage.FenceMoved(move.Move, Moved(10))));
        Answer(send.Batch, 11);
        return this;
    }

    /// <summary>As many batches as can be under way are, of the keys x, y…; all that follows has to wait.</summary>
    public ImmutableArray<Batch> Fill() => [.. Enumerable.Range(0, inFlight).Select(i => Sent(Submit(Write(((char)('x' + i)).ToString()))))];

    public ImmutableArray<JournalEffect> Answer(Batch batch, long revision) =>
        Tell(new JournalMessage.Answered(batch.Id, Applied(revision, batch.Writes.Length), default));

    public ImmutableArray<JournalEffect> Lose(Batch batch) => Tell(new JournalMessage.Failed(batch.Id, NoReply));

    public static T Only<T>(ImmutableArray<JournalEffect> effects)
        where T : JournalEffect => Assert.IsType<T>(Assert.Single(effects));

    /// <summary>The one batch that is sent.</summary>
    public static Batch Sent(IEnumerable<JournalEffect> effects) => Assert.Single(effects.OfType<JournalEffect.Send>()).Batch;

    public static JournalEffect.MoveFence FenceOf(IEnumerable<JournalEffect> effects) => Assert.Single(effects.OfType<JournalEffect.MoveFence>());

    /// <summary>Who is told what, in order.</summary>
    public static IEnumerable<string> Told(IEnumerable<JournalEffect> effects) =>
        effects.OfType<JournalEffect.Tell>().Select(tell => $"{tell.Written.Write.Tag} {tell.Written switch
        {
            Written.Answered m => $"answered {m.Result.Succeeded} at {m.Result.Header.Revision}",
            Written.Settled m => $"shown {(m.Shown.Results[0] as GetResult)?.First?.ModRevision.ToString() ?? "nothing"} at {m.Shown.Header.Revision}",
            Written.Refused m => $"refused {m.Error.Kind} {m.Error.Outcome}",
            _ => "",
        }}");

    /// <summary>What a batch is made of.</summary>
    public static string Text(Batch batch) => string.Join(' ', batch.Writes.Select(write => write.Tag));

    public static EtcdHeader At(long revision) => new(1, 1, new Revision(revision), 1);

    public static GetResult Got(KeyValue? kv) => new(default, kv is null ? [] : [kv], kv is null ? 0 : 1, false);
}
