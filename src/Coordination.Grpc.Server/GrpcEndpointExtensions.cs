using Coordination.Grpc.Wire;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coordination.Grpc.Server;

/// <summary>Serves gRPC methods as endpoints of an ASP.NET Core application.</summary>
public static class GrpcEndpointExtensions
{
    /// <summary>
    /// Prepares Kestrel for gRPC: many long streams on one connection, no minimum data rate, no limit on the body of a stream
    /// (messages are limited one by one).
    /// </summary>
    public static void UseGrpcLimits(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100_000;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
    }

    /// <summary>
    /// Serves a method with one request and one response. The handler ends the call with another status by throwing <see cref="GrpcException"/>,
    /// whose trailers are sent along; any other exception is logged, and the client gets <see cref="GrpcStatusCode.Unknown"/> without its details.
    /// </summary>
    public static IEndpointConventionBuilder MapGrpcUnary<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, GrpcServerContext, ValueTask<TResponse>> handler,
        GrpcServerOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new GrpcServerOptions();
        return endpoints.MapPost(method.Path, http => GrpcServerCall.RunAsync(http, options, async call =>
        {
            var frames = new GrpcFrameReader<TRequest>(http.Request.Body, method.RequestParser, options.MaxReceiveMessageSize);
            var requests = new GrpcRequestReader<TRequest>(frames);
            var request = await requests.ReadAsync(call.CancellationToken).ConfigureAwait(false)
                ?? throw new GrpcException(GrpcStatusCode.Internal, $"Protocol error: {method} was called without a message.");
            if (await requests.ReadAsync(call.CancellationToken).ConfigureAwait(false) is not null)
            {
                throw new GrpcException(GrpcStatusCode.Internal, $"Protocol error: {method} was called with more than one message.");
            }

            var response = await handler(request, call).ConfigureAwait(false);
            new GrpcResponseWriter<TResponse>(http.Response.BodyWriter, options.MaxSendMessageSize).Append(response);
        }));
    }

    /// <summary>
    /// Serves a method with a stream in both directions. The stream ends when the handler returns (OK) or throws, as it does for
    /// <see cref="MapGrpcUnary"/>.
    /// </summary>
    public static IEndpointConventionBuilder MapGrpcDuplex<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        GrpcMethod<TRequest, TResponse> method,
        Func<GrpcRequestReader<TRequest>, GrpcResponseWriter<TResponse>, GrpcServerContext, Task> handler,
        GrpcServerOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new GrpcServerOptions();
        return endpoints.MapPost(method.Path, http => GrpcServerCall.RunAsync(http, options, async call =>
        {
            var frames = new GrpcFrameReader<TRequest>(http.Request.Body, method.RequestParser, options.MaxReceiveMessageSize);
            var writer = new GrpcResponseWriter<TResponse>(http.Response.BodyWriter, options.MaxSendMessageSize);
            await handler(new GrpcRequestReader<TRequest>(frames), writer, call).ConfigureAwait(false);
        }));
    }
}
