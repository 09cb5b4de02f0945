using System.Text;
using Coordination.Embedded.Server.Http2;

namespace Coordination.Embedded.Tests.Server.Http2;

public sealed class AuthorityRewriterTests
{
    private static readonly byte[] PostAndScheme = [0x83, 0x86];

    [Fact]
    public void The_authority_is_replaced_and_everything_else_stays()
    {
        var frame = Frame(0x4, [.. PostAndScheme, 0x41, .. Text("http://127.0.0.1:2379"), 0x40, .. Text("te"), .. Text("trailers")]);
        var expected = Frame(0x4, [.. PostAndScheme, 0x41, .. Text("etcd"), 0x40, .. Text("te"), .. Text("trailers")]);
        Assert.Equal(expected, AuthorityRewriter.Rewrite(frame));
    }

    [Fact]
    public void Frames_without_a_long_literal_authority_stay_as_they_are()
    {
        Assert.All(
            new[]
            {
                Frame(0x4, [.. PostAndScheme, 0xBE]),
                Frame(0x4, [.. PostAndScheme, 0x41, .. Text("a:1")]),
                Frame(0x0, [0x41, .. Text("http://127.0.0.1:2379")]),
                Frame(0xC, [0, 0x41, .. Text("http://127.0.0.1:2379")]),
            },
            frame => Assert.Equal(frame, AuthorityRewriter.Rewrite(frame)));
    }

    [Fact]
    public void No_bytes_make_it_fail()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var payload = new byte[random.Next(40)];
            random.NextBytes(payload);
            AuthorityRewriter.Rewrite(Frame(0x4, payload));
        }
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Frame(byte flags, byte[] payload) => [0, 0, (byte)payload.Length, 1, flags, 0, 0, 0, 1, .. payload];
}
