using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>The rules of a watch, one by one.</summary>
public sealed class WatchMachineTests
{
    private static readonly EtcdException Broken = new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "the stream broke");
    private static readonly EtcdException Compacted = new(CoordinationErrorKind.Compacted, WriteOutcome.NotApplied, "compacted");

    private WatchState _state = WatchState.StartingAt(new(5));

    [Fact]
    public void A_watch_from_a_revision_opens_there() =>
        Assert.Equal([new WatchEffect.Open(1, new(5))], Tell(new WatchMessage.Start()));

    [Fact]
    public void A_watch_without_a_start_reads_the_keys_and_goes_on_from_the_next_revision()
    {
        _state = WatchState.StartingAt(Revision.None);

        Assert.Equal([new WatchEffect.List()], Tell(new WatchMessage.Start()));
        var effects = Tell(Listed(9, Kv("a", 3)));

        var snapshot = Assert.IsType<WatchEvent.Snapshot>(Assert.IsType<WatchEffect.Tell>(effects[0]).Event);
        Assert.Equal([Kv("a", 3)], snapshot.KeyValues.ToArray());
        Assert.Equal(new WatchEffect.Open(1, new(10)), effects[1]);
    }

    [Fact]
    public void A_watch_from_now_says_when_it_has_begun_and_resumes_from_there()
    {
        _state = WatchState.StartingNow;

        Assert.Equal([new WatchEffect.Open(1, Revision.None)], Tell(new WatchMessage.Start()));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Assert.Equal([new WatchEffect.Open(2, Revision.None)], Tell(new WatchMessage.RetryDue()));
        Assert.Equal(new WatchEvent.Started(new(7)), Told<WatchEvent.Started>(Signal(Created(7))));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Assert.Equal([new WatchEffect.Open(3, new(8))], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void A_stream_that_broke_is_resumed_after_the_last_revision_that_was_told()
    {
        Live();
        Signal(Changes(Put("a", 7)));

        var effects = Signal(new EtcdWatchSignal.Ended(Broken));

        Assert.Equal([new WatchEffect.Close(), new WatchEffect.SetRetryTimer(1), new WatchEffect.Tell(new WatchEvent.Interrupted(Broken))], effects);
        Assert.Equal([new WatchEffect.Open(2, new(8))], Tell(new WatchMessage.RetryDue()));
        Assert.Equal([new WatchEffect.Tell(new WatchEvent.Resumed(new(20)))], Signal(Created(20)));
    }

    [Fact]
    public void What_was_told_is_not_told_again()
    {
        Live();
        Signal(Changes(Put("a", 7)));

        Assert.Empty(Signal(Changes(Put("a", 6), Put("a", 7))));
        var changed = Told<WatchEvent.Changed>(Signal(Changes(Put("a", 7), Put("b", 8))));
        Assert.Equal([Put("b", 8)], changed.Events.ToArray());
    }

    [Fact]
    public void Events_of_one_revision_stay_together()
    {
        Live();

        var changed = Told<WatchEvent.Changed>(Signal(Changes(Put("a", 7), Put("b", 7), Delete("c", 7))));

        Assert.Equal(3, changed.Events.Length);
        Assert.Equal(new Revision(7), changed.Revision);
    }

    [Fact]
    public void Signals_of_an_earlier_stream_are_ignored()
    {
        Live();
        Signal(new EtcdWatchSignal.Ended(Broken));
        Tell(new WatchMessage.RetryDue());

        Assert.Empty(Tell(new WatchMessage.Signalled(1, Changes(Put("a", 7)))));
        Assert.Empty(Tell(new WatchMessage.Signalled(1, new EtcdWatchSignal.Ended(Broken))));
    }

    [Fact]
    public void An_interruption_is_told_once_however_many_attempts_fail()
    {
        Live();
        Signal(new EtcdWatchSignal.Ended(Broken));
        for (var failures = 2; failures < 5; failures++)
        {
            Tell(new WatchMessage.RetryDue());
            Assert.Equal([new WatchEffect.Close(), new WatchEffect.SetRetryTimer(failures)], Signal(new EtcdWatchSignal.Ended(Broken)));
        }
    }

    [Fact]
    public void Progress_moves_the_point_of_resumption()
    {
        Live();
        Signal(new EtcdWatchSignal.Progress(Header(30)));
        Signal(new EtcdWatchSignal.Progress(Header(20)));
        Signal(new EtcdWatchSignal.Ended(Broken));

        Assert.Equal([new WatchEffect.Open(2, new(31))], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void The_revision_of_the_confirmation_is_no_progress()
    {
        Tell(new WatchMessage.Start());
        Signal(Created(100));
        Signal(new EtcdWatchSignal.Ended(Broken));

        Assert.Equal([new WatchEffect.Open(2, new(5))], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void After_a_compaction_the_keys_are_read_and_the_difference_is_told_with_deletions()
    {
        _state = WatchState.StartingAt(Revision.None);
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 3), Kv("b", 4), Kv("c", 5)));
        Signal(Created(9));
        Signal(new EtcdWatchSignal.Ended(Compacted));

        Assert.Equal([new WatchEffect.List()], Tell(new WatchMessage.RetryDue()));
        var effects = Tell(Listed(40, Kv("b", 4), Kv("c", 33), Kv("d", 35)));

        var resynced = Told<WatchEvent.Resynced>([effects[0]]);
        Assert.Equal(["a deleted at 40", "c put at 33", "d put at 35"], resynced.Difference.Select(Text));
        Assert.Equal(Kv("a", 3), resynced.Difference[0].Previous);
        Assert.Equal(Kv("c", 5), resynced.Difference[1].Previous);
        Assert.Equal(3, resynced.KeyValues.Length);
        Assert.Equal(new WatchEffect.Open(2, new(41)), effects[1]);
    }

    [Fact]
    public void A_key_that_was_deleted_and_made_again_while_the_history_was_cut_is_a_change()
    {
        _state = WatchState.StartingAt(Revision.None);
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 3)));
        Signal(new EtcdWatchSignal.Ended(Compacted));
        Tell(new WatchMessage.RetryDue());

        Assert.Equal(["a put at 30"], Told<WatchEvent.Resynced>([Tell(Listed(40, Kv("a", 30)))[0]]).Difference.Select(Text));
    }

    [Fact]
    public void A_watch_from_a_revision_that_is_compacted_is_resynced_not_begun_anew()
    {
        Tell(new WatchMessage.Start());
        Signal(new EtcdWatchSignal.Ended(Compacted));
        Tell(new WatchMessage.RetryDue());

        Told<WatchEvent.Resynced>([Tell(Listed(40, Kv("a", 30)))[0]]);
    }

    [Fact]
    public void A_failed_read_is_tried_again()
    {
        _state = WatchState.StartingAt(Revision.None);
        Tell(new WatchMessage.Start());

        Assert.Contains(new WatchEffect.SetRetryTimer(1), Tell(new WatchMessage.ListFailed(Broken)));
        Assert.Equal([new WatchEffect.List()], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void A_second_timer_or_start_begins_nothing()
    {
        Live();

        Assert.Empty(Tell(new WatchMessage.RetryDue()));
        Assert.Empty(Tell(new WatchMessage.Start()));
        Assert.Empty(Tell(Listed(50)));
    }

    private static string Text(EtcdEvent e) => $"{e.Current.Key} {(e.IsDelete ? "deleted" : "put")} at {e.Current.ModRevision}";

    private static T Told<T>(IEnumerable<WatchEffect> effects)
        where T : WatchEvent => Assert.IsType<T>(Assert.IsType<WatchEffect.Tell>(Assert.Single(effects)).Event);

    private static KeyValue Kv(string key, long revision) => new(key, $"value {revision}", new(revision), new(revision), 1, LeaseId.None);

    private static EtcdEvent Put(string key, long revision) => new(false, Kv(key, revision), null);

    private static EtcdEvent Delete(string key, long revision) =>
        new(true, new KeyValue(key, Bytes.Empty, Revision.None, new(revision), 0, LeaseId.None), null);

    private static EtcdHeader Header(long revision) => new(1, 1, new(revision), 1);

    private static EtcdWatchSignal.Created Created(long revision) => new(Header(revision));

    private static EtcdWatchSignal.Changes Changes(params EtcdEvent[] events) => new(Header(events[^1].Current.ModRevision.Value), [.. events]);

    private static WatchMessage.Listed Listed(long revision, params KeyValue[] kvs) =>
        new(new GetResult(Header(revision), [.. kvs], kvs.Length, false));

    private void Live()
    {
        Tell(new WatchMessage.Start());
        Signal(Created(5));
    }

    private WatchEffect[] Signal(EtcdWatchSignal signal) => Tell(new WatchMessage.Signalled(_state.Generation, signal));

    private WatchEffect[] Tell(WatchMessage message)
    {
        var (state, effects) = WatchMachine.Handle(_state, message);
        _state = state;
        return [.. effects];
    }
}
