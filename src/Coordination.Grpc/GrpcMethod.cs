using Google.Protobuf;

namespace Coordination.Grpc;

/// <summary>A method of a gRPC service: its path and how its messages are read.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
/// <param name="service">The full name of the service, for example <c>etcdserverpb.KV</c>.</param>
/// <param name="name">The name of the method, for example <c>Range</c>.</param>
/// <param name="requestParser">Reads requests (server side).</param>
/// <param name="responseParser">Reads responses (client side).</param>
public sealed class GrpcMethod<TRequest, TResponse>(
    string service, string name, MessageParser<TRequest> requestParser, MessageParser<TResponse> responseParser)
    where TRequest : IMessage<TRequest>
    where TResponse : IMessage<TResponse>
{
    /// <summary>The path of the method: <c>/service/name</c>.</summary>
    public string Path { get; } = $"/{service}/{name}";

    /// <summary>Reads requests.</summary>
    public MessageParser<TRequest> RequestParser { get; } = requestParser;

    /// <summary>Reads responses.</summary>
    public MessageParser<TResponse> ResponseParser { get; } = responseParser;

    /// <inheritdoc/>
    public override string ToString() => Path;
}
