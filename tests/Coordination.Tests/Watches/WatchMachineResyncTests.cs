using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>What a watch does when the history is not there any more, or is another one.</summary>
public sealed class WatchMachineResyncTests : WatchDialogue
{
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
    public void What_is_created_without_a_word_of_the_store_says_nothing_about_its_history()
    {
        Live();
        Signal(Changes(Put("a", 7)));
        Signal(new EtcdWatchSignal.Ended(Broken));
        Tell(new WatchMessage.RetryDue());

        var effects = Signal(new EtcdWatchSignal.Created(new EtcdHeader(0, 0, new(3), 0)));

        Assert.DoesNotContain(new WatchEffect.Check(), effects);
        Assert.Equal((WatchPhase.Live, new Revision(7), new Revision(8)), (State.Phase, State.Seen, State.Next));
    }

    [Fact]
    public void A_watch_from_now_on_does_not_begin_where_nothing_is_said()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None) { FromNow = true });
        Tell(new WatchMessage.Start());

        var effects = Signal(new EtcdWatchSignal.Created(default));

        Assert.Contains(new WatchEffect.Close(), effects);
        Assert.Equal((WatchPhase.BackingOff, Revision.None), (State.Phase, State.Next));
    }

    [Fact]
    public void A_history_that_went_back_is_reported_and_the_keys_are_read_again()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None));
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
        State = WatchState.For(new WatchSpec("a", Revision.None));
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
        State = WatchState.For(new WatchSpec("a", Revision.None));
        Tell(new WatchMessage.Start());
        Tell(Listed(9, Kv("a", 8)));
        Signal(new EtcdWatchSignal.Created(Header(90) with { ClusterId = 2 }));

        Assert.Contains(new WatchEffect.SetRetryTimer(1), Tell(new WatchMessage.Checked(Header(9))));
        Assert.Equal([new WatchEffect.Open(2, new(10))], Tell(new WatchMessage.RetryDue()));
    }

    [Fact]
    public void A_start_that_etcd_has_not_reached_is_a_replaced_history()
    {
        State = WatchState.For(new WatchSpec("a", new(50)) { ReadsBefore = true });

        Assert.Equal([new WatchEffect.List("a", new(49), WatchOptions.DefaultPageSize)], Tell(new WatchMessage.Start()));
        Assert.Equal([AllKeys], Tell(new WatchMessage.ListFailed(new EtcdException(CoordinationErrorKind.FutureRevision, WriteOutcome.NotApplied, "future"))));
        var resynced = Told<WatchEvent.Resynced>([Tell(Listed(6, Kv("a", 3)))[0]]);

        Assert.Equal((ResyncReason.HistoryReplaced, false), (resynced.Reason, resynced.IsComplete));
    }

    [Fact]
    public void After_a_compaction_the_keys_are_read_and_the_difference_is_told_with_deletions()
    {
        State = WatchState.For(new WatchSpec("a", Revision.None));
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
        State = WatchState.For(new WatchSpec("a", Revision.None));
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
}
