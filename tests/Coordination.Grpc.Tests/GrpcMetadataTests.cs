namespace Coordination.Grpc.Tests;

public sealed class GrpcMetadataTests
{
    [Theory]
    [InlineData("Upper")]
    [InlineData("with space")]
    [InlineData("colon:")]
    [InlineData(":path")]
    [InlineData("schlüssel")]
    [InlineData("line\n")]
    public void A_key_with_characters_that_headers_cannot_carry_is_refused(string key)
    {
        Assert.Contains(key, Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add(key, "v")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new GrpcMetadata().AddBinary(key + "-bin", [1]));
    }

    [Fact]
    public void A_key_is_needed()
    {
        Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add("", "v"));
        Assert.Throws<ArgumentNullException>(() => new GrpcMetadata().Add("k", null!));
    }

    [Theory]
    [InlineData("grpc-status")]
    [InlineData("grpc-timeout")]
    [InlineData("te")]
    [InlineData("content-type")]
    [InlineData("content-length")]
    [InlineData("host")]
    [InlineData("connection")]
    [InlineData("transfer-encoding")]
    public void A_key_that_belongs_to_the_protocol_is_refused(string key) =>
        Assert.Contains("reserved", Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add(key, "v")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("line\r\nbreak")]
    [InlineData("tab\t")]
    [InlineData("ключ")]
    [InlineData("\u007f")]
    public void A_text_that_is_not_printable_ascii_is_refused(string value)
    {
        var error = Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add("key", value));
        Assert.DoesNotContain(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_under_a_binary_key_is_refused_because_the_peer_would_decode_it() =>
        Assert.Contains("AddBinary", Assert.Throws<ArgumentException>(() => new GrpcMetadata().Add("data-bin", "text")).Message, StringComparison.Ordinal);

    [Fact]
    public void Bytes_under_a_text_key_are_refused() =>
        Assert.Contains("-bin", Assert.Throws<ArgumentException>(() => new GrpcMetadata().AddBinary("data", [1])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(255)]
    public void Bytes_are_base64_without_padding_and_come_back(int length)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var metadata = new GrpcMetadata();
        metadata.AddBinary("data-bin", bytes);
        Assert.Equal(Convert.ToBase64String(bytes).TrimEnd('='), metadata.Get("data-bin"));
        Assert.Equal(bytes, metadata.GetBinary("data-bin"));
    }

    [Theory]
    [InlineData("AQ==", new byte[] { 1 })]
    [InlineData("AQ", new byte[] { 1 })]
    [InlineData("AQ,Ag", new byte[] { 1 })]
    [InlineData("A", null)]
    [InlineData("*", null)]
    public void Received_bytes_may_be_padded_joined_or_nonsense(string text, byte[]? bytes)
    {
        var metadata = new GrpcMetadata();
        metadata.AddReceived("data-bin", text);
        Assert.Equal(bytes, metadata.GetBinary("data-bin"));
    }

    [Fact]
    public void The_first_value_of_a_key_counts_and_all_are_kept()
    {
        var metadata = new GrpcMetadata { { "key", "1" }, { "key", "2" } };
        Assert.Equal("1", metadata.Get("key"));
        Assert.Equal(2, metadata.Count);
        Assert.Equal(["1", "2"], metadata.Select(e => e.Value));
        Assert.Null(metadata.Get("other"));
        Assert.Null(metadata.GetBinary("other-bin"));
    }

    [Fact]
    public void The_shared_empty_metadata_stays_empty()
    {
        Assert.Throws<InvalidOperationException>(() => GrpcMetadata.Empty.Add("key", "v"));
        Assert.Empty(GrpcMetadata.Empty);
    }
}
