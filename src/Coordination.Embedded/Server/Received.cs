using Coordination.Grpc.Server;

namespace Coordination.Embedded.Server;

/// <summary>A request and the token that came with it, if one did.</summary>
internal readonly record struct Received<T>(T Message, string? Token);

/// <summary>Makes them.</summary>
internal static class Received
{
    // What the Go client calls it, and what the HTTP gateway does.
    private const string TokenHeader = "token";
    private const string GatewayHeader = "authorization";

    public static Received<T> Of<T>(T message, string? token) => new(message, token);

    public static string? Token(this GrpcServerContext call) => call.GetMetadata(TokenHeader) ?? call.GetMetadata(GatewayHeader);
}
