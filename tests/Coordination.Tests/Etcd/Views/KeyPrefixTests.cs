using Coordination.Etcd;
using Coordination.Etcd.Views;

namespace Coordination.Tests.Etcd.Views;

/// <summary>Under a prefix a range means the keys of the view that it would mean without, whatever the bytes.</summary>
public sealed class KeyPrefixTests
{
    [Fact]
    public void A_range_covers_the_same_keys_under_a_prefix_and_none_outside()
    {
        var random = new Random(7);
        for (var n = 0; n < 20_000; n++)
        {
            var (prefix, key, outside) = (Key(random, 1), Key(random, 1), Key(random, 1));
            var under = new KeyPrefix(prefix);
            var range = random.Next(5) switch
            {
                0 => KeyRange.Of(Key(random, 1)),
                1 => KeyRange.Prefix(Key(random, 0)),
                2 => KeyRange.From(Key(random, 0)),
                3 => KeyRange.All,
                _ => KeyRange.Between(Key(random, 1), Key(random, 1)),
            };
            var mapped = under.Add(range);

            Assert.True(range.Contains(key) == mapped.Contains(under.Add(key)), $"{prefix} {range} {key}");
            Assert.Equal(key, under.Remove(under.Add(key)));
            Assert.True(under.Has(outside) || !mapped.Contains(outside), $"{prefix} {range} {outside}");
        }
    }

    /// <summary>Few different bytes, so that keys meet: the smallest, the largest, and some between.</summary>
    private static Bytes Key(Random random, int least)
    {
        byte[] bytes = [0, 1, 0x61, 0xfe, 0xff];
        return Enumerable.Range(0, random.Next(least, 4)).Select(_ => bytes[random.Next(bytes.Length)]).ToArray();
    }
}
