using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>The rules of a watch, one by one.</summary>
public sealed class WatchMachineTests
{
    private static readonly EtcdException Broken = new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "the stream broke");
    private static readonly EtcdException Compacted = new(CoordinationErrorKind.Compacted, WriteOutcome.NotApplied, "compacted");

    private static readonly EtcdException Denied = new(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "permission denied");
    private static readonly EtcdException TooLarge = new(CoordinationErrorKind.TooLarge, WriteOutcome.NotApplied, "too large");
    private static readonly WatchEffect AllKeys = new WatchEffect.List("a", Revision.None, WatchOptions.DefaultPageSize);

    private WatchState _state = WatchState.For(new WatchSpec("a", new(5)));

    [Fact]
    public void A_watch_from_a_revision_opens_there() =>
        Assert.Equal([new WatchEffect.Open(1, new(5))], Tell(new WatchMessage.Start()));

    [Fact]
    public void A_watch_without_a_start_reads_the_keys_and_goes_on_from_the_next_revision()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None));

        Assert.Equal([AllKeys], Tell(new WatchMessage.Start()));
        var effects = Tell(Listed(9, Kv("a", 3)));

        var snapshot = Assert.IsType<WatchEvent.Snapshot>(Assert.IsType<WatchEffect.Tell>(effects[0]).Event);
        Assert.Equal([Kv("a", 3)], snapshot.KeyValues.ToArray());
        Assert.Equal(new WatchEffect.Open(1, new(10)), effects[1]);
    }

    [Fact]
    public void A_watch_from_now_says_when_it_has_begun_and_resumes_from_there()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None) { FromNow = true });

        Assert.Equal([new WatchEffect.Open(1, Revision.None)], Tell(new WatchMessage.Start()));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Assert.Equal([new WatchEffect.Open(2, Revision.None)], Tell(new WatchMessage.RetryDue()));
        Assert.Equal([new WatchEffect.SetStableTimer(2), new WatchEffect.Tell(new WatchEvent.Started(new(7)))], Signal(Created(7)));
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
        Assert.Equal([new WatchEffect.SetStableTimer(2), new WatchEffect.Tell(new WatchEvent.Resumed(new(20)))], Signal(Created(20)));
    }

    [Fact]
    public void A_watch_that_is_accepted_and_then_cancelled_waits_longer_each_time_until_one_lasts_or_gets_on()
    {
        for (var failures = 1; failures < 5; failures++)
        {
            Tell(failures == 1 ? new WatchMessage.Start() : new WatchMessage.RetryDue());
            Signal(Created(20));
            Assert.Contains(new WatchEffect.SetRetryTimer(failures, IsRefused: true), Signal(new EtcdWatchSignal.Ended(Denied)));
        }

        Tell(new WatchMessage.RetryDue());
        Signal(Created(20));
        Tell(new WatchMessage.StableDue(4));
        Assert.Equal(4, _state.Failures);
        Tell(new WatchMessage.StableDue(5));
        Assert.Equal(0, _state.Failures);
    }

    [Theory]
    [InlineData(CoordinationErrorKind.PermissionDenied, true)]
    [InlineData(CoordinationErrorKind.Unauthenticated, true)]
    [InlineData(CoordinationErrorKind.Unavailable, false)]
    [InlineData(CoordinationErrorKind.Timeout, false)]
    [InlineData(CoordinationErrorKind.Compacted, false)]
    public void A_refusal_is_repeated_more_slowly_than_a_failure(CoordinationErrorKind kind, bool isRefused)
    {
        Tell(new WatchMessage.Start());

        Assert.Contains(new WatchEffect.SetRetryTimer(1, isRefused), Signal(new EtcdWatchSignal.Ended(new EtcdException(kind, WriteOutcome.NotApplied, "no"))));
    }

    [Fact]
    public void A_large_range_is_read_in_pages_at_one_revision()
    {
        _state = WatchState.For(new WatchSpec(KeyRange.Prefix("k"), Revision.None) { PageSize = 2 });

        Assert.Equal([new WatchEffect.List(KeyRange.Prefix("k"), Revision.None, 2)], Tell(new WatchMessage.Start()));
        var second = Assert.IsType<WatchEffect.List>(Assert.Single(Tell(Page(9, true, Kv("k1", 3), Kv("k2", 4)))));
        var effects = Tell(Page(15, false, Kv("k3", 5)));

        Assert.Equal((KeyRange.Between("k2\0", "l"), new Revision(9), 2), (second.Keys, second.At, second.Limit));
        var snapshot = Assert.IsType<WatchEvent.Snapshot>(Assert.IsType<WatchEffect.Tell>(effects[0]).Event);
        Assert.Equal((3, new Revision(9)), (snapshot.KeyValues.Length, snapshot.Revision));
        Assert.Equal(new WatchEffect.Open(1, new(10)), effects[1]);
    }

    [Fact]
    public void A_page_that_is_too_large_is_halved()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None) { PageSize = 5 });
        Tell(new WatchMessage.Start());

        Assert.Equal([new WatchEffect.List("a", Revision.None, 2)], Tell(new WatchMessage.ListFailed(TooLarge)));
        Assert.Equal([new WatchEffect.List("a", Revision.None, 1)], Tell(new WatchMessage.ListFailed(TooLarge)));
        Assert.Contains(new WatchEffect.SetRetryTimer(1, IsRefused: true), Tell(new WatchMessage.ListFailed(TooLarge)));
    }

    [Fact]
    public void A_compaction_between_two_pages_begins_the_reading_anew()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None) { PageSize = 1 });
        Tell(new WatchMessage.Start());
        Tell(Page(9, true, Kv("a", 3)));

        Tell(new WatchMessage.ListFailed(Compacted));

        Assert.Equal([new WatchEffect.List("a", Revision.None, 1)], Tell(new WatchMessage.RetryDue()));
        Tell(Page(20, false, Kv("b", 12)));
        Assert.Equal(["b"], _state.Known.Map.Keys.Select(k => k.ToText()));
    }

    [Fact]
    public void A_member_that_is_behind_what_was_seen_is_not_trusted_before_a_linearizable_read()
    {
        Live();
        Signal(Changes(Put("a", 7)));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Tell(new WatchMessage.RetryDue());

        Assert.Equal([new WatchEffect.Close(), new WatchEffect.Check()], Signal(Created(6)));
        Assert.Empty(Signal(Changes(Put("a", 8))));
        Assert.Contains(new WatchEffect.SetRetryTimer(2), Tell(new WatchMessage.Checked(Header(7))));
        Assert.Equal([new WatchEffect.Open(3, new(8))], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void A_history_that_went_back_is_reported_and_the_keys_are_read_again()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None));
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 8)));
        Signal(Created(9));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Tell(new WatchMessage.RetryDue());
        Signal(Created(6));

        Assert.Equal([AllKeys], Tell(new WatchMessage.Checked(Header(6))));
        var effects = Tell(Listed(6, Kv("a", 3)));

        var resynced = Told<WatchEvent.Resynced>([effects[0]]);
        Assert.Equal((ResyncReason.HistoryReplaced, true, new Revision(6)), (resynced.Reason, resynced.IsComplete, resynced.Revision));
        Assert.Equal(["a put at 3"], resynced.Difference.Select(Text));
        Assert.Equal(new WatchEffect.Open(3, new(7)), effects[1]);
        Assert.Equal([new WatchEffect.SetStableTimer(3)], Signal(Created(6)));
    }

    [Fact]
    public void Another_cluster_is_reported_and_its_stream_is_not_taken_for_the_old_one()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None));
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 8)));
        Signal(Created(9));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Tell(new WatchMessage.RetryDue());

        Assert.Equal([new WatchEffect.Close(), new WatchEffect.Check()], Signal(new EtcdWatchSignal.Created(Header(90) with { ClusterId = 2 })));
        Assert.Equal([AllKeys], Tell(new WatchMessage.Checked(Header(90) with { ClusterId = 2 })));
        var effects = Tell(new WatchMessage.Listed(new GetResult(Header(91) with { ClusterId = 2 }, [], 0, false)));

        Assert.Equal(ResyncReason.ClusterChanged, Told<WatchEvent.Resynced>([effects[0]]).Reason);
    }

    [Fact]
    public void When_only_the_stream_leads_to_another_cluster_it_is_tried_again_and_nothing_is_read_anew()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None));
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 8)));
        Signal(new EtcdWatchSignal.Created(Header(90) with { ClusterId = 2 }));

        Assert.Contains(new WatchEffect.SetRetryTimer(1), Tell(new WatchMessage.Checked(Header(9))));
        Assert.Equal([new WatchEffect.Open(2, new(10))], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void A_start_that_etcd_has_not_reached_is_a_replaced_history()
    {
        _state = WatchState.For(new WatchSpec("a", new(50)) { ReadsBefore = true });

        Assert.Equal([new WatchEffect.List("a", new(49), WatchOptions.DefaultPageSize)], Tell(new WatchMessage.Start()));
        Assert.Equal([AllKeys], Tell(new WatchMessage.ListFailed(new EtcdException(CoordinationErrorKind.FutureRevision, WriteOutcome.NotApplied, "future"))));
        var resynced = Told<WatchEvent.Resynced>([Tell(Listed(6, Kv("a", 3)))[0]]);

        Assert.Equal((ResyncReason.HistoryReplaced, false), (resynced.Reason, resynced.IsComplete));
    }

    [Fact]
    public void Keys_read_before_the_start_make_a_later_difference_complete()
    {
        _state = WatchState.For(new WatchSpec("a", new(10)) { ReadsBefore = true });
        Tell(new WatchMessage.Start());
        var based = Tell(Listed(30, Kv("a", 3)));
        Assert.Equal(new WatchEffect.Open(1, new(10)), based[1]);
        Signal(Created(30));
        Signal(new EtcdWatchSignal.Ended(Compacted));
        Tell(new WatchMessage.RetryDue());

        var resynced = Told<WatchEvent.Resynced>([Tell(Listed(40))[0]]);

        Assert.True(resynced.IsComplete);
        Assert.Equal(["a deleted at 40"], resynced.Difference.Select(Text));
    }

    [Fact]
    public void What_is_left_out_is_not_in_a_difference_either()
    {
        _state = WatchState.For(new WatchSpec("a", Revision.None) { NoDeletes = true });
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 3)));
        Signal(new EtcdWatchSignal.Ended(Compacted));
        Tell(new WatchMessage.RetryDue());

        Assert.Equal(["b put at 20"], Told<WatchEvent.Resynced>([Tell(Listed(40, Kv("b", 20)))[0]]).Difference.Select(Text));
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
        _state = WatchState.For(new WatchSpec("a", Revision.None));
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 3), Kv("b", 4), Kv("c", 5)));
        Signal(Created(9));
        Signal(new EtcdWatchSignal.Ended(Compacted));

        Assert.Equal([AllKeys], Tell(new WatchMessage.RetryDue()));
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
        _state = WatchState.For(new WatchSpec("a", Revision.None));
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
        _state = WatchState.For(new WatchSpec("a", Revision.None));
        Tell(new WatchMessage.Start());

        Assert.Contains(new WatchEffect.SetRetryTimer(1), Tell(new WatchMessage.ListFailed(Broken)));
        Assert.Equal([AllKeys], Tell(new WatchMessage.RetryDue()));
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

    private static WatchMessage.Listed Page(long revision, bool more, params KeyValue[] kvs) =>
        new(new GetResult(Header(revision), [.. kvs], kvs.Length, more));

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
