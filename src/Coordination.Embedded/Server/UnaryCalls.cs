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
    public void Map<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, Func<EtcdNode, TRequest, TResponse> apply)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var name = method.Path[(method.Path.LastIndexOf('/') + 1)..];
        TResponse Guarded(EtcdNode node, TRequest request)
        {
            try
            {
                return apply(node, request);
            }
            catch (Exception e) when (e is not GrpcException)
            {
                EmbeddedEtcdLog.Failed(log, name, e);
                throw new GrpcException(GrpcStatusCode.Internal, $"The embedded etcd failed: {e.Message}", e);
            }
        }

        Func<EtcdNode, TRequest, TResponse> guarded = Guarded;
        endpoints.MapGrpcUnary(
            method,
            (request, call) => host.Replies.Any
                ? WithFaultsAsync(name, request, guarded, call)
                : host.ApplyAsync(guarded, request, call.CancellationToken),
            options);
    }

    private async ValueTask<TResponse> WithFaultsAsync<TRequest, TResponse>(
        string method, TRequest request, Func<EtcdNode, TRequest, TResponse> apply, GrpcServerContext call)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var response = await host.ApplyAsync(apply, request, call.CancellationToken).ConfigureAwait(false);
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
