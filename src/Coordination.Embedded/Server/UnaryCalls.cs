using Coordination.Embedded.Concurrency;
using Coordination.Embedded.Faults;
using Coordination.Grpc;
using Coordination.Grpc.Server;
using Google.Protobuf;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Coordination.Embedded.Server;

/// <summary>Maps unary methods to the node, with the faults that are set.</summary>
internal sealed class UnaryCalls(NodeHost host, IEndpointRouteBuilder endpoints, GrpcServerOptions options, ILogger log)
{
    /// <summary>Maps a method that the node answers at once.</summary>
    public void Map<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, Func<EtcdNode, TRequest, string?, TResponse> apply)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var name = NameOf(method.Path);
        TResponse Guarded(EtcdNode node, Received<TRequest> request)
        {
            try
            {
                return apply(node, request.Message, request.Token);
            }
            catch (Exception e) when (e is not GrpcException)
            {
                EmbeddedEtcdLog.Failed(log, name, e);
                throw new GrpcException(GrpcStatusCode.Internal, $"The embedded etcd failed: {e.Message}", e);
            }
        }

        Func<EtcdNode, Received<TRequest>, TResponse> guarded = Guarded;
        endpoints.MapGrpcUnary(
            method,
            (request, call) =>
            {
                var response = host.ApplyAsync(guarded, Received.Of(request, call.Token()), call.CancellationToken);
                return host.Replies.Any ? WithFaultsAsync(name, request, response, call) : response;
            },
            options);
    }

    /// <summary>Maps a method that may have to wait for others. Its calls end with the streams when these are disconnected.</summary>
    public void MapWaiting<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, Func<NodeSession, TRequest, CancellationToken, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var name = NameOf(method.Path);
        endpoints.MapGrpcUnary(
            method,
            async (request, call) =>
            {
                using var open = host.Streams.Add(call.HttpContext);
                var response = answer(new NodeSession(host, call.Token()), request, call.CancellationToken);
                return host.Replies.Any
                    ? await WithFaultsAsync(name, request, new ValueTask<TResponse>(response), call).ConfigureAwait(false)
                    : await response.ConfigureAwait(false);
            },
            options);
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private async ValueTask<TResponse> WithFaultsAsync<TRequest, TResponse>(
        string method, TRequest request, ValueTask<TResponse> answer, GrpcServerContext call)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var response = await answer.ConfigureAwait(false);
        if (host.Replies.Delay is { } delay && delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
        }

        switch (host.Replies.FateOf(CallDescription.Of(method, request, response)))
        {
            case LostReply.Reset:
                call.HttpContext.Abort();
                throw new OperationCanceledException("The reply is dropped.");
            case LostReply.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
                break;
        }

        return response;
    }
}
