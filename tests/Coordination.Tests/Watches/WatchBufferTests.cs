using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>What a slow subscriber gets.</summary>
public sealed class WatchBufferTests
{
    private static readonly EtcdException Broken = new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "the stream broke");

    private WatchedKeys _keys = WatchedKeys.Empty;
    private long _revision = 10;

    [Fact]
    public void Up_to_the_limit_every_event_waits_as_it_is()
    {
        var buffer = new WatchBuffer(3, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot());
        buffer.Add(Put("a", "1"));
        buffer.Add(Put("a", "2"));

        Assert.Equal(["Snapshot at 10: ", "Changed at 11: a=1", "Changed at 12: a=2"], Drain(buffer));
    }

    [Fact]
    public void Beyond_the_limit_the_latest_of_each_key_is_told_with_deletions_and_the_number_of_what_it_replaces()
    {
        var buffer = new WatchBuffer(2, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot(("x", "old")));
        Drain(buffer);
        buffer.Add(Put("a", "1"));
        buffer.Add(Put("a", "2"));
        buffer.Add(Delete("x"));
        buffer.Add(Put("b", "3"));
        buffer.Add(Put("c", "4"));
        buffer.Add(Delete("c"));

        var told = Assert.IsType<WatchEvent.Conflated>(buffer.Take()!());

        Assert.Equal("Conflated at 16: -x a=2 b=3", Text(told));
        Assert.Equal(6, told.Replaced);
        Assert.Null(buffer.Take());
        buffer.Add(Put("d", "5"));
        Assert.Equal(["Changed at 17: d=5"], Drain(buffer));
    }

    [Fact]
    public void A_revision_larger_than_the_limit_is_not_split()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot());
        Drain(buffer);

        buffer.Add(Changed(("a", "1"), ("b", "2"), ("c", "3")));

        Assert.Equal(["Changed at 11: a=1 b=2 c=3"], Drain(buffer));
    }

    [Fact]
    public void A_snapshot_that_was_not_read_yet_becomes_a_later_snapshot()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot(("a", "0")));
        buffer.Add(Put("a", "1"));

        Assert.Equal(["Snapshot at 11: a=1"], Drain(buffer));
    }

    [Fact]
    public void A_resync_is_not_conflated_away()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot(("a", "0")));
        Drain(buffer);
        buffer.Add(Put("a", "1"));
        _keys = WatchedKeys.Empty;
        buffer.Add(Resynced(ResyncReason.HistoryReplaced, ("b", "1")));
        buffer.Add(Put("c", "2"));

        var told = Assert.IsType<WatchEvent.Resynced>(buffer.Take()!());

        Assert.Equal(ResyncReason.HistoryReplaced, told.Reason);
        Assert.Equal("-a b=1 c=2", Text(told.Difference));
        Assert.Equal(2, told.KeyValues.Length);
    }

    [Fact]
    public void An_interruption_that_lasts_is_told_after_what_came_before_it()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot());
        buffer.Add(Put("a", "1"));
        buffer.Add(new WatchEvent.Interrupted(Broken));

        Assert.Equal(["Snapshot at 11: a=1", "Interrupted"], Drain(buffer));
        buffer.Add(new WatchEvent.Interrupted(Broken));
        buffer.Add(new WatchEvent.Resumed(new(20)));
        Assert.Equal(["Conflated at 11: "], Drain(buffer));
    }

    [Fact]
    public void Interruptions_before_the_first_snapshot_do_not_make_an_empty_one()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: true);
        buffer.Add(new WatchEvent.Interrupted(Broken));
        buffer.Add(new WatchEvent.Interrupted(Broken));

        Assert.Equal(["Interrupted"], Drain(buffer));
        buffer.Add(Snapshot(("a", "0")));
        Assert.Equal(["Snapshot at 10: a=0"], Drain(buffer));
    }

    [Fact]
    public void The_end_is_told_last_whatever_was_conflated()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot());
        buffer.Add(new WatchEvent.Ended(Broken));
        buffer.Add(Put("a", "1"));

        Assert.Equal(["Snapshot at 11: a=1", "Ended"], Drain(buffer));
    }

    [Fact]
    public void The_snapshot_of_a_new_watcher_is_a_resync_for_who_knew_the_keys_before()
    {
        var buffer = new WatchBuffer(10, default, beginsWithSnapshot: true);
        buffer.Add(Snapshot(("a", "0"), ("b", "0")));
        buffer.Add(Put("a", "1"));
        Drain(buffer);
        _keys = WatchedKeys.Empty;
        _revision = 20;

        buffer.Add(Snapshot(("a", "1"), ("c", "2")));

        var told = Assert.IsType<WatchEvent.Resynced>(buffer.Take()!());
        Assert.Equal((ResyncReason.WatcherReplaced, true), (told.Reason, told.IsComplete));
        Assert.Equal("-b a=1 c=2", Text(told.Difference));
    }

    [Fact]
    public void A_watch_from_a_revision_has_no_snapshot_and_still_conflates_exactly()
    {
        var buffer = new WatchBuffer(1, default, beginsWithSnapshot: false);
        _keys = Keys(10, ("a", "0"), ("b", "0"));
        buffer.Add(new WatchEvent.Based(_keys));
        buffer.Add(Delete("a"));
        buffer.Add(Put("b", "1"));

        Assert.Equal(["Conflated at 12: -a b=1"], Drain(buffer));
    }

    [Theory]
    [InlineData(true, "Changed at 12: -a", "Conflated at 15: -b -x")]
    [InlineData(false, "Changed at 11: b=1", "Conflated at 15: x=2 y=2")]
    public void What_is_left_out_is_neither_told_nor_conflated_and_deletions_of_it_are_not_lost(bool noPuts, string first, string conflated)
    {
        var buffer = new WatchBuffer(1, (noPuts, !noPuts), beginsWithSnapshot: true);
        buffer.Add(Snapshot(("a", "0"), ("x", "0")));
        Drain(buffer);
        buffer.Add(Put("b", "1"));
        var told = Drain(buffer);
        buffer.Add(Delete("a"));
        told.AddRange(Drain(buffer));
        buffer.Add(noPuts ? Delete("x") : Put("x", "2"));
        buffer.Add(noPuts ? Delete("b") : Put("y", "1"));
        buffer.Add(noPuts ? Put("z", "1") : Put("y", "2"));
        told.AddRange(Drain(buffer));

        Assert.Equal([first, conflated], told);
    }

    [Fact]
    public void Whatever_is_read_when_the_copy_of_the_subscriber_equals_the_keys()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            (_keys, _revision) = (WatchedKeys.Empty, 10);
            var buffer = new WatchBuffer(random.Next(1, 6), default, beginsWithSnapshot: true);
            var copy = new SortedDictionary<Bytes, string>();
            buffer.Add(Snapshot(("a", "0"), ("b", "0")));
            for (var step = 0; step < 60; step++)
            {
                var key = ((string[])["a", "b", "c", "d"])[random.Next(4)];
                switch (random.Next(5))
                {
                    case 0 when _keys.Map.ContainsKey(key):
                        buffer.Add(Delete(key));
                        break;
                    case 1 when random.Next(8) == 0:
                        _keys = WatchedKeys.Empty;
                        buffer.Add(Resynced(ResyncReason.Compacted, (key, $"{step}")));
                        break;
                    case < 3:
                        buffer.Add(Put(key, $"{step}"));
                        break;
                    default:
                        Read(buffer, copy, most: random.Next(1, 3));
                        break;
                }
            }

            Read(buffer, copy, most: int.MaxValue);
            Assert.Equal(_keys.Map.Select(kv => $"{kv.Key}={kv.Value.Value}"), copy.Select(kv => $"{kv.Key}={kv.Value}"));
        }
    }

    private static void Read(WatchBuffer buffer, SortedDictionary<Bytes, string> copy, int most)
    {
        for (; most > 0 && buffer.Take() is { } next; most--)
        {
            var told = next();
            if (told is WatchEvent.Snapshot or WatchEvent.Resynced)
            {
                copy.Clear();
                foreach (var kv in (told as WatchEvent.Snapshot)?.KeyValues ?? ((WatchEvent.Resynced)told).KeyValues)
                {
                    copy[kv.Key] = kv.Value.ToText();
                }
            }

            foreach (var e in (told as WatchEvent.Changed)?.Events ?? (told as WatchEvent.Conflated)?.Events ?? [])
            {
                if (e.IsDelete)
                {
                    Assert.True(copy.Remove(e.Current.Key));
                }
                else
                {
                    copy[e.Current.Key] = e.Current.Value.ToText();
                }
            }
        }
    }

    private WatchEvent.Snapshot Snapshot(params (string Key, string Value)[] all)
    {
        _keys = Keys(_revision, all);
        return new WatchEvent.Snapshot(_keys.Revision, _keys.ToArray()) { State = _keys };
    }

    private WatchEvent.Resynced Resynced(ResyncReason reason, params (string Key, string Value)[] all)
    {
        var before = _keys;
        _keys = Keys(++_revision, all);
        return new WatchEvent.Resynced(_keys.Revision, _keys.ToArray(), before.DifferenceTo(_keys)) { Reason = reason, State = _keys };
    }

    private WatchEvent.Changed Put(string key, string value) => Changed((key, value));

    private WatchEvent.Changed Changed(params (string Key, string Value)[] puts)
    {
        var at = new Revision(++_revision);
        return Apply(at, [.. puts.Select(put => new EtcdEvent(false, Kv(at, put.Key, put.Value), null))]);
    }

    private WatchEvent.Changed Delete(string key)
    {
        var at = new Revision(++_revision);
        return Apply(at, [new EtcdEvent(true, new KeyValue(key, Bytes.Empty, Revision.None, at, 0, LeaseId.None), null)]);
    }

    private WatchEvent.Changed Apply(Revision at, ImmutableArray<EtcdEvent> events)
    {
        _keys = _keys.Apply(at, events);
        return new WatchEvent.Changed(at, events) { State = _keys };
    }

    private static WatchedKeys Keys(long revision, params (string Key, string Value)[] all) =>
        WatchedKeys.From(new(revision), all.Select(kv => Kv(new(revision), kv.Key, kv.Value)));

    private static KeyValue Kv(Revision at, string key, string value) => new(key, value, at, at, 1, LeaseId.None);

    private static List<string> Drain(WatchBuffer buffer)
    {
        var all = new List<string>();
        while (buffer.Take() is { } next)
        {
            all.Add(Text(next()));
        }

        return all;
    }

    private static string Text(WatchEvent told) => told switch
    {
        WatchEvent.Snapshot e => $"Snapshot at {e.Revision}: {string.Join(' ', e.KeyValues.Select(kv => $"{kv.Key}={kv.Value}"))}",
        WatchEvent.Changed e => $"Changed at {e.Revision}: {Text(e.Events)}",
        WatchEvent.Conflated e => $"Conflated at {e.Revision}: {Text(e.Events)}",
        _ => told.GetType().Name,
    };

    private static string Text(ImmutableArray<EtcdEvent> events) =>
        string.Join(' ', events.Select(e => e.IsDelete ? $"-{e.Current.Key}" : $"{e.Current.Key}={e.Current.Value}"));
}
