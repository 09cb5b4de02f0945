using Coordination.Etcd;

namespace Coordination.Tests.Etcd;

public sealed class BytesTests
{
    [Fact]
    public void Bytes_are_compared_by_content_not_by_place()
    {
        Bytes one = "/cron/job9";
        Bytes other = new byte[] { (byte)'/', (byte)'c', (byte)'r', (byte)'o', (byte)'n', (byte)'/', (byte)'j', (byte)'o', (byte)'b', (byte)'9' };

        Assert.Equal(one, other);
        Assert.True(one == other);
        Assert.False(one != other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    [Fact]
    public void The_order_is_that_of_unsigned_bytes()
    {
        Bytes[] sorted = ["", "a", "a/", "aa", "b", new byte[] { 0x7f }, new byte[] { 0x80 }, new byte[] { 0xff }, new byte[] { 0xff, 0x00 }];

        Assert.Equal(sorted, sorted.Reverse().Order());
        Assert.True(sorted[1] < sorted[2]);
        Assert.True(sorted[^1] > sorted[^2]);
        Assert.True(sorted[0] <= sorted[0]);
        Assert.True(sorted[0] >= sorted[0]);
    }

    [Fact]
    public void A_slice_with_the_same_content_is_equal()
    {
        var memory = new byte[] { 1, 2, 3, 2, 3 };

        Assert.Equal(new Bytes(memory.AsMemory(1, 2)), new Bytes(memory.AsMemory(3, 2)));
    }

    [Fact]
    public void The_default_is_empty()
    {
        Assert.True(default(Bytes).IsEmpty);
        Assert.Equal(Bytes.Empty, default);
        Assert.Equal(Bytes.Empty, (Bytes)"");
        Assert.Equal("", default(Bytes).ToString());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_escaped_and_stay_what_they_are()
    {
        Bytes bytes = new byte[] { (byte)'k', 0x00, 0xff, (byte)'\n', 0xc3, 0xa9, 0xc3 };

        Assert.Equal(@"k\x00\xff\x0aé\xc3", bytes.ToString());
        Assert.Equal(7, bytes.Length);
        Assert.Equal(bytes, Bytes.From(bytes.ToByteString()));
    }

    [Fact]
    public void A_text_comes_back_as_it_was() => Assert.Equal("schlüssel/鍵", Bytes.FromText("schlüssel/鍵").ToText());

    [Theory]
    [InlineData("web/node1", "web/", true)]
    [InlineData("web/node1", "web/node1", true)]
    [InlineData("web/node1", "web2", false)]
    [InlineData("web", "web/", false)]
    [InlineData("web", "", true)]
    public void A_prefix_is_a_prefix_of_bytes(string bytes, string prefix, bool expected) =>
        Assert.Equal(expected, ((Bytes)bytes).StartsWith(prefix));
}
