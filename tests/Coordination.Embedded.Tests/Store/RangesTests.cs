using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Store;

public sealed class RangesTests : NodeFixture
{
    [Fact]
    public void An_empty_store_is_at_revision_1_and_has_no_keys()
    {
        var reply = Get("a");
        Assert.Equal((1L, 0L, 0), (reply.Header.Revision, reply.Count, reply.Kvs.Count));
    }

    [Fact]
    public void A_key_counts_its_versions_and_starts_again_after_a_delete()
    {
        Put("a");
        Put("a", "2");
        var pair = Get("a").Kvs[0];
        Assert.Equal((2L, 3L, 2L), (pair.CreateRevision, pair.ModRevision, pair.Version));

        Delete("a");
        Put("a");
        pair = Get("a").Kvs[0];
        Assert.Equal((5L, 5L, 1L), (pair.CreateRevision, pair.ModRevision, pair.Version));
    }

    [Fact]
    public void Old_revisions_show_what_was_there()
    {
        Put("a", "1");
        Put("a", "2");
        Delete("a");
        Put("a", "3");

        Assert.Empty(Get("a", revision: 1).Kvs);
        Assert.Equal("1", Get("a", revision: 2).Kvs[0].Value.ToStringUtf8());
        Assert.Equal("2", Get("a", revision: 3).Kvs[0].Value.ToStringUtf8());
        Assert.Empty(Get("a", revision: 4).Kvs);
        Assert.Equal(5, Get("a", revision: 2).Header.Revision);
    }

    [Fact]
    public void A_future_revision_is_refused() =>
        Refused(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision", () => Get("a", revision: 2));

    [Fact]
    public void Ranges_are_half_open_and_in_byte_order()
    {
        foreach (var key in new[] { "b", "a", "ab", "c", "B" })
        {
            Put(key);
        }

        Assert.Equal(["a", "ab"], Keys(RangeOf("a", "b")));
        Assert.Equal(["b", "c"], Keys(RangeOf("b", "\0")));
        Assert.Equal(["B", "a", "ab", "b", "c"], Keys(RangeOf("\0", "\0")));
        Assert.Empty(Keys(RangeOf("b", "a")));
        Assert.Empty(Keys(RangeOf("b", "b")));
    }

    [Fact]
    public void A_limit_cuts_and_says_that_there_is_more()
    {
        Put("a");
        Put("b");
        Put("c");
        var request = RangeOf("a", "z");
        request.Limit = 2;
        var reply = Node.Range(request);
        Assert.Equal((2, true, 3L), (reply.Kvs.Count, reply.More, reply.Count));

        request.Limit = 3;
        Assert.False(Node.Range(request).More);
    }

    [Fact]
    public void Counting_returns_no_pairs_and_keys_only_returns_no_values()
    {
        Put("a");
        Put("b");
        var count = RangeOf("a", "z");
        count.CountOnly = true;
        var reply = Node.Range(count);
        Assert.Equal((0, 2L), (reply.Kvs.Count, reply.Count));

        var keysOnly = RangeOf("a", "z");
        keysOnly.KeysOnly = true;
        Assert.All(Node.Range(keysOnly).Kvs, pair => Assert.True(pair.Value.IsEmpty));
        Assert.Equal("v", Get("a").Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public void Sorting_by_every_target_and_in_both_directions()
    {
        Put("a", "3");
        Put("b", "1");
        Put("c", "2");
        Put("a", "4");

        string[] Sorted(RangeRequest.Types.SortTarget target, RangeRequest.Types.SortOrder order) =>
            Keys(new RangeRequest { Key = B("a"), RangeEnd = B("z"), SortTarget = target, SortOrder = order });

        Assert.Equal(["c", "b", "a"], Sorted(RangeRequest.Types.SortTarget.Key, RangeRequest.Types.SortOrder.Descend));
        Assert.Equal(["b", "c", "a"], Sorted(RangeRequest.Types.SortTarget.Value, RangeRequest.Types.SortOrder.Ascend));
        Assert.Equal(["b", "c", "a"], Sorted(RangeRequest.Types.SortTarget.Version, RangeRequest.Types.SortOrder.Ascend));
        Assert.Equal(["a", "b", "c"], Sorted(RangeRequest.Types.SortTarget.Create, RangeRequest.Types.SortOrder.Ascend));
        Assert.Equal(["a", "c", "b"], Sorted(RangeRequest.Types.SortTarget.Mod, RangeRequest.Types.SortOrder.Descend));
        Assert.Equal(["b", "c", "a"], Sorted(RangeRequest.Types.SortTarget.Mod, RangeRequest.Types.SortOrder.None));
    }

    [Fact]
    public void Revision_filters_hide_pairs_but_not_their_count()
    {
        Put("a");
        Put("b");
        Put("c");
        var reply = Node.Range(new RangeRequest { Key = B("a"), RangeEnd = B("z"), MinModRevision = 3, MaxCreateRevision = 3 });
        Assert.Equal(["b"], reply.Kvs.Select(pair => pair.Key.ToStringUtf8()));
        Assert.Equal(3, reply.Count);
    }

    [Fact]
    public void Thousands_of_keys_stay_in_order_whatever_the_order_of_their_arrival()
    {
        var numbers = Enumerable.Range(0, 5000).ToArray();
        new Random(7).Shuffle(numbers);
        foreach (var number in numbers)
        {
            Put($"k{number:0000}");
        }

        Assert.Equal(Enumerable.Range(0, 5000).Select(number => $"k{number:0000}"), Keys(RangeOf("k", "l")));
        Assert.Equal(["k1234"], Keys(RangeOf("k1234")));
    }
}
