using Google.Protobuf.WellKnownTypes;

namespace Coordination.Grpc.Tests.Support;

internal static class GrpcAssert
{
    public static async Task<GrpcException> FailsAsync(GrpcStatusCode status, Task call)
    {
        var error = await Assert.ThrowsAsync<GrpcException>(() => call.InTime());
        Assert.True(status == error.Status, $"Expected {status}, but: {error}");
        return error;
    }

    public static Task<GrpcException> FailsAsync(GrpcStatusCode status, ValueTask call) => FailsAsync(status, call.AsTask());

    /// <summary>Calls the unary and the duplex method; both fail the same way.</summary>
    public static async Task<GrpcException> BothFailAsync(GrpcChannel channel, GrpcStatusCode status, string text, GrpcCallOptions options = default)
    {
        var unary = await FailsAsync(status, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), options));
        await using var call = channel.Duplex(TestMethods.Duplex, options);
        var duplex = await FailsAsync(status, call.ReadToEndAsync());
        Assert.Contains(text, unary.Detail, StringComparison.Ordinal);
        Assert.Contains(text, duplex.Detail, StringComparison.Ordinal);
        Assert.Equal(unary.FromServer, duplex.FromServer);
        return unary;
    }

    public static async Task<List<string>> ReadToEndAsync(this GrpcDuplexCall<StringValue, StringValue> call, CancellationToken cancellationToken = default)
    {
        var texts = new List<string>();
        await foreach (var message in call.ReadAllAsync(cancellationToken))
        {
            texts.Add(message.Value);
        }

        return texts;
    }

    /// <summary>Reads one message and leaves the stream open.</summary>
    public static async Task<string> ReadOneAsync(this GrpcDuplexCall<StringValue, StringValue> call, CancellationToken cancellationToken = default)
    {
        await foreach (var message in call.ReadAllAsync(cancellationToken))
        {
            return message.Value;
        }

        throw new InvalidOperationException("The stream ended.");
    }
}
