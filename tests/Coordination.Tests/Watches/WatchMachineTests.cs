using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>The rules of a watch, one by one.</summary>
public sealed class WatchMachineTests : WatchDialogue
{
    [Fact]
    public void A_watch_from_a_revision_opens_there() =>
        Assert.Equal([new WatchEffect.Open(1, new(5))], Tell(new WatchMessage.Start()));

    [Fact]
    public void A_watch_without_a_start_reads_the_keys_and_goes_on_from_the_next_revision()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None));

        Assert.Equal([AllKeys], Tell(new WatchMessage.Start()));
        var effects = Tell(Listed(9, Kv("a", 3)));

        var snapshot = Assert.IsType<WatchEvent.Snapshot>(Assert.IsType<WatchEffect.Tell>(effects[0]).Event);
        Assert.Equal([Kv("a", 3)], snapshot.KeyValues.ToArray());
        Assert.Equal(new WatchEffect.Open(1, new(10)), effects[1]);
    }

    [Fact]
    public void A_watch_from_now_says_when_it_has_begun_and_resumes_from_there()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None) { FromNow = true });

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
        Assert.Equal(4, State.Failures);
        Tell(new WatchMessage.StableDue(5));
        Assert.Equal(0, State.Failures);
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
        State = WatchState.For(new WatchSpec(KeyRange.Prefix("k"), Revision.None) { PageSize = 2 });

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
        State = WatchState.For(new WatchSpec("a", Revision.None) { PageSize = 5 });
        Tell(new WatchMessage.Start());

        Assert.Equal([new WatchEffect.List("a", Revision.None, 2)], Tell(new WatchMessage.ListFailed(TooLarge)));
        Assert.Equal([new WatchEffect.List("a", Revision.None, 1)], Tell(new WatchMessage.ListFailed(TooLarge)));
        Assert.Contains(new WatchEffect.SetRetryTimer(1, IsRefused: true), Tell(new WatchMessage.ListFailed(TooLarge)));
    }

    [Fact]
    public void A_compaction_between_two_pages_begins_the_reading_anew()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None) { PageSize = 1 });
        Tell(new WatchMessage.Start());
        Tell(Page(9, true, Kv("a", 3)));

        Tell(new WatchMessage.ListFailed(Compacted));

        Assert.Equal([new WatchEffect.List("a", Revision.None, 1)], Tell(new WatchMessage.RetryDue()));
        Tell(Page(20, false, Kv("b", 12)));
        Assert.Equal(["b"], State.Known.Map.Keys.Select(k => k.ToText()));
    }

    [Fact]
    public void Keys_read_before_the_start_make_a_later_difference_complete()
    {
        State = WatchState.For(new WatchSpec("a", new(10)) { ReadsBefore = true });
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
        State = WatchState.For(new WatchSpec("a", Revision.None) { NoDeletes = true });
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
    public void A_failed_read_is_tried_again()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None));
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
}
