using Coordination.Embedded.Tests.Testing;
using Coordination.Embedded.Watches;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Coordination.Embedded.Tests.Watches;

public sealed class WatchesTests : NodeFixture
{
    [Fact]
    public void A_watch_is_announced_before_its_events()
    {
        Put("a");
        var stream = Open();
        Watch(stream, WatchOf("a", from: 2));
        Put("a");
        var responses = Drain(stream);
        Assert.True(responses[0].Created);
        Assert.Equal(["", "Put:a@2 Put:a@3"], responses.Select(Show));
    }

    [Fact]
    public void A_watch_without_a_revision_starts_now_and_one_revision_is_one_response()
    {
        Put("a");
        var stream = Open();
        Watch(stream, WatchOf("a", "b"));
        Node.Txn(Then(Op(PutOf("a1")), Op(PutOf("a2")), Op(PutOf("z"))));
        Delete("a", "b");
        Assert.Equal(["", "Put:a1@3 Put:a2@3", "Delete:a@4 Delete:a1@4 Delete:a2@4"], Drain(stream).Select(Show));
    }

    [Fact]
    public void A_watch_from_the_future_waits_for_its_revision()
    {
        var stream = Open();
        Watch(stream, WatchOf("a", from: 4));
        Put("a");
        Put("a");
        Put("a");
        Assert.Equal(["", "Put:a@4"], Drain(stream).Select(Show));
    }

    [Fact]
    public void Filters_and_previous_pairs()
    {
        var stream = Open();
        Watch(stream, new WatchCreateRequest { Key = B("a"), PrevKv = true, Filters = { WatchCreateRequest.Types.FilterType.Nodelete } });
        Watch(stream, new WatchCreateRequest { Key = B("a"), PrevKv = true, Filters = { WatchCreateRequest.Types.FilterType.Noput } });
        Put("a", "1");
        Put("a", "2");
        Delete("a");
        var events = Drain(stream).SelectMany(response => response.Events.Select(e => (response.WatchId, e.Type, e.PrevKv?.Value.ToStringUtf8())));
        Assert.Equal([(0, Event.Types.EventType.Put, null), (0, Event.Types.EventType.Put, "1"), (1, Event.Types.EventType.Delete, "2")], events);
    }

    [Fact]
    public void A_watch_that_needs_compacted_history_is_cancelled_with_the_compacted_revision()
    {
        Put("a");
        Put("a");
        Put("a");
        Compact(3);
        var stream = Open();
        Watch(stream, WatchOf("a", from: 2));
        Watch(stream, WatchOf("a", from: 3));
        var responses = Drain(stream);
        Assert.Contains(responses, response => response is { WatchId: 0, Canceled: true, CompactRevision: 3 });
        Assert.Equal("Put:a@3 Put:a@4", Show(Assert.Single(responses, response => response.Events.Count > 0)));
    }

    [Fact]
    public void A_compaction_does_not_end_a_watch_that_is_in_step()
    {
        var stream = Open();
        Watch(stream, WatchOf("a", from: 2));
        Put("a");
        Put("a");
        Compact(3);
        Assert.Equal(["", "Put:a@2", "Put:a@3"], Drain(stream).Select(Show));
    }

    [Fact]
    public void Bad_watches_are_created_and_cancelled_at_once_with_id_minus_one()
    {
        var stream = Open();
        Watch(stream, WatchOf("b", "a"));
        Watch(stream, new WatchCreateRequest { Key = B("a"), WatchId = 5 });
        Watch(stream, new WatchCreateRequest { Key = B("a"), WatchId = 5 });
        Assert.Equal(
            [(-1, true, "mvcc: watcher range is empty"), (5, false, ""), (-1, true, "mvcc: duplicate watch ID provided on the WatchStream")],
            Drain(stream).Select(response => (response.WatchId, response.Canceled, response.CancelReason)));
    }

    [Fact]
    public void Nothing_follows_the_answer_to_a_cancel()
    {
        var stream = Open();
        Watch(stream, WatchOf("a"));
        Put("a");
        stream.Handle(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 0 } });
        stream.Handle(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 7 } });
        Put("a");
        var responses = Drain(stream);
        Assert.Equal([false, true], responses.Select(response => response.Canceled));
    }

    [Fact]
    public void A_slow_stream_keeps_a_bounded_queue_and_misses_nothing()
    {
        var stream = Open();
        Watch(stream, WatchOf("a"));
        var last = 0L;
        for (var i = 0; i < 5000; i++)
        {
            last = Put("a");
        }

        var responses = Drain(stream);
        Assert.InRange(responses.Count, 1, WatchLimits.QueuedBatches + 10);
        Assert.Equal(Enumerable.Range(2, 5000).Select(i => (long)i), responses.SelectMany(response => response.Events).Select(e => e.Kv.ModRevision));
        Assert.Equal(5001, last);
        Put("a");
        Assert.Equal("Put:a@5002", Show(Assert.Single(Drain(stream))));
    }

    [Fact]
    public void A_slow_watch_is_cancelled_when_what_it_misses_is_compacted()
    {
        var stream = Open();
        Watch(stream, WatchOf("a"));
        for (var i = 0; i < 500; i++)
        {
            Put("a");
        }

        Compact(400);
        var responses = Drain(stream);
        Assert.Equal(400, responses[^1].CompactRevision);
        Assert.Equal(128, responses.Sum(response => response.Events.Count));
    }

    [Fact]
    public void A_large_revision_is_split_between_events_on_demand()
    {
        for (var i = 0; i < 4; i++)
        {
            Node.Put(new PutRequest { Key = B($"a{i}"), Value = ByteString.CopyFrom(new byte[700_000]) });
        }

        var stream = Open();
        Watch(stream, new WatchCreateRequest { Key = B("a"), RangeEnd = B("b"), PrevKv = true, Fragment = true });
        Watch(stream, new WatchCreateRequest { Key = B("a"), RangeEnd = B("b"), PrevKv = true });
        Delete("a", "b");
        var parts = Drain(stream).Where(response => response.Events.Count > 0).ToLookup(response => response.WatchId);
        Assert.Equal([(2, true), (2, false)], parts[0].Select(part => (part.Events.Count, part.Fragment)));
        Assert.Equal([(4, false)], parts[1].Select(part => (part.Events.Count, part.Fragment)));
    }

    [Fact]
    public void Large_revisions_of_the_past_come_in_several_responses()
    {
        for (var i = 0; i < 4; i++)
        {
            Node.Put(new PutRequest { Key = B("a"), Value = ByteString.CopyFrom(new byte[700_000]) });
        }

        var stream = Open();
        Watch(stream, WatchOf("a", from: 2));
        Assert.Equal(["", "Put:a@2 Put:a@3", "Put:a@4 Put:a@5"], Drain(stream).Select(Show));
    }

    [Fact]
    public void Progress_is_notified_to_quiet_watches_that_asked_for_it()
    {
        var stream = Open();
        Watch(stream, new WatchCreateRequest { Key = B("a"), ProgressNotify = true });
        Watch(stream, WatchOf("a"));
        Put("a");
        Put("b");
        Drain(stream);
        Node.Watches.NotifyProgress();
        Assert.Empty(Drain(stream));
        Node.Watches.NotifyProgress();
        var progress = Assert.Single(Drain(stream));
        Assert.Equal((0L, 3L), (progress.WatchId, progress.Header.Revision));
    }

    [Fact]
    public void A_progress_request_is_answered_after_everything_before_it()
    {
        Put("a");
        var stream = Open();
        Watch(stream, WatchOf("a", from: 1));
        stream.Handle(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        var responses = Drain(stream);
        Assert.Equal(["created", "events", "progress"], responses.Select(response =>
            response.Created ? "created" : response.Events.Count > 0 ? "events" : response.WatchId == -1 ? "progress" : "?"));
    }

    [Fact]
    public void A_closed_stream_gets_nothing_more()
    {
        var stream = Open();
        Watch(stream, WatchOf("a"));
        stream.Close();
        Put("a");
        Assert.False(stream.HasWork);
        Assert.Empty(Node.Watches.Streams);
    }
}
