using Coordination.Grpc;

namespace Coordination.Demo.Greeter;

/// <summary>The methods of the service <c>coordination.demo.Greeter</c>: all of them are harmless to repeat.</summary>
internal static class Greetings
{
    public static GrpcMethod<GreetRequest, GreetReply> SayHello { get; } = Method("SayHello");

    public static GrpcMethod<GreetRequest, GreetReply> Morning { get; } = Method("Morning");

    public static GrpcMethod<GreetRequest, GreetReply> Night { get; } = Method("Night");

    /// <summary>The methods with what they say.</summary>
    public static IReadOnlyList<(GrpcMethod<GreetRequest, GreetReply> Method, string Words)> All { get; } =
        [(SayHello, "Hello"), (Morning, "Good morning"), (Night, "Good night")];

    private static GrpcMethod<GreetRequest, GreetReply> Method(string name) => new("coordination.demo.Greeter", name, GreetRequest.Parser, GreetReply.Parser);
}
