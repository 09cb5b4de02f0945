using Coordination.Grpc.Wire;

namespace Coordination.Grpc.Tests.Wire;

public sealed class GrpcStatusTextTests
{
    [Fact]
    public void Every_status_survives_the_wire()
    {
        foreach (var status in Enum.GetValues<GrpcStatusCode>())
        {
            Assert.True(GrpcStatusText.TryParseStatus(GrpcStatusText.FormatStatus(status), out var read));
            Assert.Equal(status, read);
        }
    }

    [Theory]
    [InlineData("17")]
    [InlineData("2147483647")]
    public void A_number_without_a_meaning_is_unknown(string text)
    {
        Assert.True(GrpcStatusText.TryParseStatus(text, out var status));
        Assert.Equal(GrpcStatusCode.Unknown, status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("OK")]
    [InlineData("-1")]
    [InlineData(" 0")]
    [InlineData("0x1")]
    [InlineData("99999999999")]
    public void What_is_not_a_number_is_refused(string? text) => Assert.False(GrpcStatusText.TryParseStatus(text, out _));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("ключ", "%D0%BA%D0%BB%D1%8E%D1%87")]
    [InlineData("🔒", "%F0%9F%94%92")]
    [InlineData("~\u007f", "~%7F")]
    public void A_message_is_percent_encoded_utf8(string message, string encoded)
    {
        Assert.Equal(encoded, GrpcStatusText.EncodeMessage(message));
        Assert.Equal(message, GrpcStatusText.DecodeMessage(encoded));
    }

    [Theory]
    [InlineData("50% of it")]
    [InlineData("%")]
    [InlineData("%G1")]
    [InlineData("%FF")]
    public void A_message_that_is_badly_encoded_is_shown_as_it_came(string text) => Assert.Equal(text, GrpcStatusText.DecodeMessage(text));
}
