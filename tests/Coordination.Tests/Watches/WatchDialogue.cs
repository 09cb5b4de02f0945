using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>A watch machine that is told what happens, and what the tests need to say it shortly.</summary>
public abstract class WatchDialogue
{
    private protected static readonly EtcdException Broken = new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "the stream broke");
    private protected static readonly EtcdException Compacted = new(CoordinationErrorKind.Compacted, WriteOutcome.NotApplied, "compacted");
    private protected static readonly EtcdException Denied = new(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "permission denied");
    private protected static readonly EtcdException TooLarge = new(CoordinationErrorKind.TooLarge, WriteOutcome.NotApplied, "too large");
    private protected static readonly WatchEffect AllKeys = new WatchEffect.List("a", Revision.None, WatchOptions.DefaultPageSize);

    private protected WatchState State { get; set; } = WatchState.For(new WatchSpec("a", new(5)));

    private protected static string Text(EtcdEvent e) => $"{e.Current.Key} {(e.IsDelete ? "deleted" : "put")} at {e.Current.ModRevision}";

    private protected static T Told<T>(IEnumerable<WatchEffect> effects)
        where T : WatchEvent => Assert.IsType<T>(Assert.IsType<WatchEffect.Tell>(Assert.Single(effects)).Event);

    private protected static KeyValue Kv(string key, long revision) => new(key, $"value {revision}", new(revision), new(revision), 1, LeaseId.None);

    private protected static EtcdEvent Put(string key, long revision) => new(false, Kv(key, revision), null);

    private protected static EtcdEvent Delete(string key, long revision) =>
        new(true, new KeyValue(key, Bytes.Empty, Revision.None, new(revision), 0, LeaseId.None), null);

    private protected static EtcdHeader Header(long revision) => new(1, 1, new(revision), 1);

    private protected static EtcdWatchSignal.Created Created(long revision) => new(Header(revision));

    private protected static EtcdWatchSignal.Changes Changes(params EtcdEvent[] events) => new(Header(events[^1].Current.ModRevision.Value), [.. events]);

    private protected static WatchMessage.Listed Listed(long revision, params KeyValue[] kvs) =>
        new(new GetResult(Header(revision), [.. kvs], kvs.Length, false));

    private protected static WatchMessage.Listed Page(long revision, bool more, params KeyValue[] kvs) =>
        new(new GetResult(Header(revision), [.. kvs], kvs.Length, more));

    private protected void Live()
    {
        Tell(new WatchMessage.Start());
        Signal(Created(5));
    }

    private protected WatchEffect[] Signal(EtcdWatchSignal signal) => Tell(new WatchMessage.Signalled(State.Generation, signal));

    private protected WatchEffect[] Tell(WatchMessage message)
    {
        var (state, effects) = WatchMachine.Handle(State, message);
        State = state;
        return [.. effects];
    }
}
