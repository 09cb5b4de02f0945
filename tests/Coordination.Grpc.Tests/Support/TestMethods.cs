using Coordination.Grpc.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Coordination.Grpc.Tests.Support;

/// <summary>The methods of the tests' service, with messages that come with Protobuf.</summary>
internal static class TestMethods
{
    public static GrpcMethod<StringValue, StringValue> Unary { get; } = new("test.Service", "Unary", StringValue.Parser, StringValue.Parser);

    public static GrpcMethod<StringValue, StringValue> Duplex { get; } = new("test.Service", "Duplex", StringValue.Parser, StringValue.Parser);

    public static StringValue Text(string text) => new() { Value = text };

    public static byte[] Frame(string text) => GrpcFrame.Encode(Text(text), int.MaxValue);

    /// <summary>A text whose message has exactly this many bytes: one for the field's tag and the rest for the length and the text.</summary>
    public static StringValue OfSize(int messageSize)
    {
        var message = Text(new string('x', messageSize));
        message.Value = message.Value[..(messageSize - (message.CalculateSize() - messageSize))];
        return message.CalculateSize() == messageSize ? message : throw new ArgumentOutOfRangeException(nameof(messageSize));
    }
}
