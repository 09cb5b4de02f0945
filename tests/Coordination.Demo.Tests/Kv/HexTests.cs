using Coordination.Demo.Kv;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Kv;

/// <summary>Keys of any bytes on the command line.</summary>
public sealed class HexTests(Twins twins) : IClassFixture<Twins>
{
    [Fact]
    public async Task A_key_of_any_bytes_is_written_read_and_deleted_by_its_hex_form()
    {
        var put = await ToolRun.RunAsync(twins.Ours.Endpoint, "kv", "put", "--hex", @"\x01\xff", "v");
        var get = await ToolRun.RunAsync(twins.Ours.Endpoint, "kv", "get", "--hex", "--prefix", @"\x01");
        await using var etcd = twins.Ours.CreateClient();
        var stored = await etcd.GetAsync(KeyRange.Of(new byte[] { 1, 255 }));
        var del = await ToolRun.RunAsync(twins.Ours.Endpoint, "kv", "del", "--hex", "--prev-kv", @"\x01", @"\x02");

        Assert.Equal("OK\n", put.Output);
        Assert.Equal(@"\x01\xff" + "\n" + @"\x76" + "\n", get.Output);
        Assert.Equal(1, stored.Count);
        Assert.Equal("1\n" + get.Output, del.Output);
    }

    [Theory]
    [InlineData(@"\x66\x6F", true, "fo")]
    [InlineData(@"\x66\x6F", false, @"\x66\x6F")]
    [InlineData(@"\x6", true, @"\x6")]
    [InlineData(@"\xzz", true, @"\xzz")]
    [InlineData("foo", true, "foo")]
    [InlineData("", true, "")]
    public void What_is_not_wholly_in_that_form_is_text(string typed, bool isHex, string expected) => Assert.Equal(expected, HexText.Read(typed, isHex).ToText());
}
