using System.Net;
using Coordination.Grpc.Wire;
using Google.Protobuf;

namespace Coordination.Grpc.Client;

/// <summary>One request, one response.</summary>
internal static class UnaryCall
{
    public static async Task<TResponse> RunAsync<TRequest, TResponse>(
        HttpMessageInvoker http,
        Uri address,
        GrpcMethod<TRequest, TResponse> method,
        TRequest request,
        GrpcChannelOptions channel,
        GrpcCallOptions options,
        CancellationToken channelDisposed,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var content = new FrameContent(GrpcFrame.Encode(request, channel.MaxSendMessageSize));
        using var message = GrpcHttp.CreateRequest(address, method.Path, content, options);
        using var deadline = new CallDeadline(options, channel.TimeProvider, cancellationToken, channelDisposed);
        try
        {
            using var response = await http.SendAsync(message, deadline.Token).ConfigureAwait(false);
            GrpcHttp.CheckHeaders(response);
            var stream = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var reader = new GrpcFrameReader<TResponse>(stream, method.ResponseParser, channel.MaxReceiveMessageSize);
                var reply = await reader.ReadAsync(deadline.Token).ConfigureAwait(false);

                // Reading on to the end brings the trailers, and shows a second message where only one is allowed.
                if (reply is not null && await reader.ReadAsync(deadline.Token).ConfigureAwait(false) is not null)
                {
                    throw new GrpcException(GrpcStatusCode.Internal, $"Protocol error: {method} answered with more than one message.");
                }

                GrpcHttp.CheckTrailers(response);
                return reply ?? throw new GrpcException(GrpcStatusCode.Internal, $"Protocol error: {method} answered with no message.");
            }
        }
        catch (Exception e) when (e is not GrpcException)
        {
            throw CallFailure.Describe(e, address, content.Sent, deadline);
        }
    }

    /// <summary>One encoded message, which remembers whether HTTP began to send it.</summary>
    private sealed class FrameContent(byte[] frame) : HttpContent, IOutgoingMessage
    {
        private volatile bool _sent;

        public bool Sent => _sent;

        public bool CanRepeat => true;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _sent = true;
            return stream.WriteAsync(frame, cancellationToken).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = frame.Length;
            return true;
        }
    }
}
