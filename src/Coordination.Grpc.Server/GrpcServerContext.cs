using Microsoft.AspNetCore.Http;

namespace Coordination.Grpc.Server;

/// <summary>What a handler knows about the call it serves.</summary>
public sealed class GrpcServerContext
{
    internal GrpcServerContext(HttpContext httpContext, CancellationToken cancellationToken)
    {
        HttpContext = httpContext;
        CancellationToken = cancellationToken;
    }

    /// <summary>Cancelled when the client has gone, its deadline passed, or the server stops.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The HTTP request behind the call.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The value of a request header, or null.</summary>
    public string? GetMetadata(string key) => HttpContext.Request.Headers.TryGetValue(key, out var values) ? values.ToString() : null;
}
