using Coordination.Etcd;

namespace Coordination.Tests.Etcd;

public sealed class KeyRangeTests
{
    private static readonly Bytes Zero = new byte[] { 0 };

    [Fact]
    public void One_key_contains_only_itself()
    {
        KeyRange range = "job";

        Assert.True(range.IsSingle);
        Assert.True(range.Contains("job"));
        Assert.False(range.Contains("job2"));
        Assert.False(range.Contains("jo"));
        Assert.Equal("job", range.ToString());
    }

    [Fact]
    public void The_end_of_a_prefix_is_the_prefix_with_its_last_byte_increased() =>
        Assert.Equal(new KeyRange("web/", "web0"), KeyRange.Prefix("web/"));

    [Fact]
    public void The_end_of_a_prefix_is_computed_on_bytes_not_on_text()
    {
        // 'é' is c3 a9: the next string of bytes is c3 aa, not the next character.
        Assert.Equal(new byte[] { 0xc3, 0xaa }, KeyRange.Prefix("é").End.Span.ToArray());
    }

    [Fact]
    public void A_prefix_that_ends_with_ff_carries_over()
    {
        var range = KeyRange.Prefix(new byte[] { 1, 0xff, 0xff });

        Assert.Equal(new byte[] { 2 }, range.End.Span.ToArray());
        Assert.True(range.Contains(new byte[] { 1, 0xff, 0xff, 0xff }));
        Assert.False(range.Contains(new byte[] { 2 }));
    }

    [Fact]
    public void A_prefix_of_only_ff_reaches_to_the_end()
    {
        var range = KeyRange.Prefix(new byte[] { 0xff, 0xff });

        Assert.Equal(Zero, range.End);
        Assert.True(range.Contains(new byte[] { 0xff, 0xff, 0xff }));
        Assert.False(range.Contains(new byte[] { 0xff }));
    }

    [Fact]
    public void An_empty_prefix_is_every_key()
    {
        Assert.Equal(KeyRange.All, KeyRange.Prefix(""));
        Assert.True(KeyRange.All.Contains(Zero));
        Assert.True(KeyRange.All.Contains(new byte[] { 0xff }));
    }

    [Fact]
    public void A_delimited_prefix_does_not_match_a_longer_name()
    {
        var range = KeyRange.Prefix("hello/");

        Assert.True(range.Contains("hello/1"));
        Assert.False(range.Contains("hello2/1"));
        Assert.False(range.Contains("hello"));
    }

    [Fact]
    public void From_reaches_from_a_key_to_the_end()
    {
        Assert.True(KeyRange.From("b").Contains("b"));
        Assert.True(KeyRange.From("b").Contains("zzz"));
        Assert.False(KeyRange.From("b").Contains("a"));
        Assert.Equal(KeyRange.All, KeyRange.From(""));
    }

    [Fact]
    public void Between_includes_the_first_and_excludes_the_end()
    {
        var range = KeyRange.Between("a", "c");

        Assert.True(range.Contains("a"));
        Assert.True(range.Contains("bzz"));
        Assert.False(range.Contains("c"));
    }

    [Fact]
    public void A_prefix_range_contains_exactly_the_keys_that_begin_with_the_prefix()
    {
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            // Few different bytes, so that prefixes are met often.
            var prefix = Any(random, 3);
            var key = Any(random, 5);
            Assert.Equal(key.StartsWith(prefix) && !key.IsEmpty, !key.IsEmpty && KeyRange.Prefix(prefix).Contains(key));
        }

        static Bytes Any(Random random, int longest) =>
            Enumerable.Range(0, random.Next(longest + 1)).Select(_ => random.Next(4) switch { 0 => (byte)0, 1 => (byte)1, 2 => (byte)0xfe, _ => (byte)0xff }).ToArray();
    }
}
