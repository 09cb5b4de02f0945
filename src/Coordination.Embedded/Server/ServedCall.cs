using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Coordination.Embedded.Server;

/// <summary>A call that is being served.</summary>
/// <param name="Http">The request behind it.</param>
/// <param name="CancellationToken">Cancelled when the client has gone, its deadline passed, or the server stops.</param>
internal sealed record ServedCall(HttpContext Http, CancellationToken CancellationToken)
{
    // What the Go client calls it, and what the HTTP gateway does.
    private const string TokenHeader = "token";
    private const string GatewayHeader = "authorization";

    /// <summary>The token of the caller's login, if one came with the call.</summary>
    public string? Token => Find(TokenHeader) ?? Find(GatewayHeader);

    /// <summary>Sends one message of a stream.</summary>
    public Task SendAsync<T>(IServerStreamWriter<T> responses, T message) =>
        // A write that is cancelled itself resets the stream; then the client would not be told why.
        responses.WriteAsync(message).WaitAsync(CancellationToken);

    private string? Find(string header) => Http.Request.Headers.TryGetValue(header, out var values) ? values.ToString() : null;
}
