using Coordination.Embedded.Concurrency;
using Coordination.Embedded.Faults;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Coordination.Embedded.Server;

/// <summary>
/// The methods of one service. Each call is given its end and the faults that are set, and when it fails, a status for its client and a line in the log for us.
/// </summary>
/// <param name="service">The name of the service.</param>
/// <param name="host">The node.</param>
/// <param name="log">Where a failure of the server itself is told.</param>
/// <param name="stopping">Ends all calls. gRPC would leave streams open until the server is cut off.</param>
internal sealed class ServedMethods(string service, NodeHost host, ILogger log, CancellationToken stopping)
{
    private readonly ServerServiceDefinition.Builder _methods = ServerServiceDefinition.CreateBuilder();

    public ServerServiceDefinition Build() => _methods.Build();

    /// <summary>A method that the node answers at once.</summary>
    public void Unary<TRequest, TResponse>(string name, Func<EtcdNode, TRequest, string?, TResponse> apply)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => Answer<TRequest, TResponse>(name, (request, call) =>
        {
            var token = call.Token;
            return host.ApplyAsync(node => apply(node, request, token), call.CancellationToken);
        });

    /// <summary>A method that may have to wait for others. Its calls end with the streams when these are disconnected.</summary>
    public void Waiting<TRequest, TResponse>(string name, Func<NodeSession, TRequest, CancellationToken, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => Answer<TRequest, TResponse>(name, async (request, call) =>
        {
            using var open = host.Streams.Add(call.Http);
            return await answer(new NodeSession(host, call.Token), request, call.CancellationToken).ConfigureAwait(false);
        });

    /// <summary>One request, many responses.</summary>
    public void Streaming<TRequest, TResponse>(string name, Func<TRequest, IServerStreamWriter<TResponse>, ServedCall, Task> serve)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => _methods.AddMethod(
            Method<TRequest, TResponse>(MethodType.ServerStreaming, name),
            (request, responses, context) => ServeStreamAsync(name, context, call => serve(request, responses, call)));

    /// <summary>A stream in both directions.</summary>
    public void Duplex<TRequest, TResponse>(string name, Func<IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServedCall, Task> serve)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => _methods.AddMethod(
            Method<TRequest, TResponse>(MethodType.DuplexStreaming, name),
            (requests, responses, context) => ServeStreamAsync(name, context, call => serve(requests, responses, call)));

    private void Answer<TRequest, TResponse>(string name, Func<TRequest, ServedCall, ValueTask<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => _methods.AddMethod(
            Method<TRequest, TResponse>(MethodType.Unary, name),
            async (request, context) =>
            {
                TResponse? response = null;
                await ServeAsync(name, context, async call =>
                {
                    response = await answer(request, call).ConfigureAwait(false);
                    if (host.Replies.Any)
                    {
                        await MistreatAsync(CallDescription.Of(name, request, response), call).ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
                return response!;
            });

    private Task ServeStreamAsync(string name, ServerCallContext context, Func<ServedCall, Task> serve) => ServeAsync(name, context, async call =>
    {
        using var open = host.Streams.Add(call.Http);
        await serve(call).ConfigureAwait(false);
    });

    private async Task ServeAsync(string name, ServerCallContext context, Func<ServedCall, Task> serve)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            await serve(new ServedCall(context.GetHttpContext(), end.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(StatusOf(name, e, context.CancellationToken));
        }
    }

    private Status StatusOf(string name, Exception error, CancellationToken clientGone)
    {
        if (stopping.IsCancellationRequested)
        {
            return new Status(StatusCode.Unavailable, "The server is stopping.");
        }

        // Nothing here reads or writes but what goes to the client, and nothing else is cancelled.
        if (error is IOException or OperationCanceledException || clientGone.IsCancellationRequested)
        {
            return new Status(StatusCode.Cancelled, "The client has gone.");
        }

        EmbeddedEtcdLog.Failed(log, name, error);
        return new Status(StatusCode.Internal, $"The embedded etcd failed: {error.Message}");
    }

    private async Task MistreatAsync(EtcdCall described, ServedCall call)
    {
        await Task.Delay(host.Replies.Delay, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
        switch (host.Replies.FateOf(described))
        {
            case LostReply.Reset:
                call.Http.Abort();
                throw new OperationCanceledException("The reply is dropped.");
            case LostReply.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private Method<TRequest, TResponse> Method<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => new(type, service, name, Messages.Marshaller<TRequest>(), Messages.Marshaller<TResponse>());
}
