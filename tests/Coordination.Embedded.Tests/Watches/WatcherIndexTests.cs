using Coordination.Embedded.Store;
using Coordination.Embedded.Tests.Testing;
using Coordination.Embedded.Watches;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Watches;

public sealed class WatcherIndexTests : NodeFixture
{
    [Fact]
    public void The_index_finds_exactly_the_watches_whose_range_contains_the_key()
    {
        var random = new Random(11);
        var index = new WatcherIndex();
        var stream = Open();
        var watchers = new List<Watcher>();
        for (var i = 0; i < 400; i++)
        {
            var watcher = new Watcher(stream, i, RandomRange(random), 1);
            watchers.Add(watcher);
            index.Add(watcher);
        }

        for (var round = 0; round < 500; round++)
        {
            if (round % 3 == 0 && watchers.Count > 0)
            {
                var removed = watchers[random.Next(watchers.Count)];
                watchers.Remove(removed);
                index.Remove(removed);
            }

            var key = RandomKey(random);
            var found = new List<long>();
            index.Visit(key, watcher => found.Add(watcher.Id));
            Assert.Equal(watchers.Where(watcher => watcher.Range.Contains(key)).Select(watcher => watcher.Id), found.Order());
        }
    }

    private static KeyRange RandomRange(Random random)
    {
        var key = RandomKey(random);
        return random.Next(4) switch
        {
            0 => KeyRange.Single(key),
            1 => KeyRange.Of(key, B("\0")),
            2 => KeyRange.Of(key, RandomKey(random)),
            _ => KeyRange.Of(key, ByteString.CopyFrom([.. key.Span[..^1], (byte)(key[^1] + 1)])),
        };
    }

    private static ByteString RandomKey(Random random) => B(string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => "abc"[random.Next(3)])));
}
