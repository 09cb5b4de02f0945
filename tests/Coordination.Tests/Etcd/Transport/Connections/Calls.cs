using Coordination.Etcd;
using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Coordination.Tests.Etcd.Transport.Connections;

/// <summary>Calls to scripted servers, and what they must end with.</summary>
internal static class Calls
{
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;
    public const byte EndBoth = 5;

    /// <summary>The reply of a server without keys, as gRPC frames it.</summary>
    public static byte[] Reply { get; } = RawConnection.Message(new RangeResponse { Count = 7 }.ToByteArray());

    public static Endpoint Connect(Uri address, EtcdClientOptions? options = null) => new(address, options ?? new EtcdClientOptions(), () => new TlsSettings());

    public static Task<RangeResponse> GetAsync(this Endpoint endpoint, int size = 1, CancellationToken cancellationToken = default) =>
        endpoint.UnaryAsync(
            static (etcd, request, call) => etcd.KVClient.RangeAsync(request, call),
            new RangeRequest { Key = ByteString.CopyFrom(new byte[size]) },
            cancellationToken: cancellationToken);

    public static EndpointStream<WatchRequest, WatchResponse> Watch(this Endpoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint.Open(static (etcd, call) => etcd.WatchClient.Watch(call), new Metadata(), cancellationToken);

    /// <summary>A server that answers each request with these bytes; those of a stream before they have a message.</summary>
    public static RawServer Answering(byte[]? headers, byte[] body, byte[]? trailers, bool stay = false) => new(async connection =>
    {
        await connection.HandshakeAsync();
        while (true)
        {
            var request = await connection.ReadAsync(RawConnection.Headers);
            await connection.SendAsync(RawConnection.Headers, EndHeaders, request.StreamId, headers ?? RawConnection.GrpcHeaders);
            await connection.SendAsync(RawConnection.Data, (byte)(trailers is null && !stay ? EndStream : 0), request.StreamId, body);
            if (trailers is not null)
            {
                await connection.SendAsync(RawConnection.Headers, EndBoth, request.StreamId, trailers);
            }
        }
    });

    /// <summary>A server that answers each request with these headers, and nothing else.</summary>
    public static RawServer AnsweringHeaders(params byte[][] headers) => new(async connection =>
    {
        await connection.HandshakeAsync();
        while (true)
        {
            var request = await connection.ReadAsync(RawConnection.Headers);
            await connection.SendAsync(RawConnection.Headers, EndBoth, request.StreamId, [.. headers.SelectMany(bytes => bytes)]);
        }
    });

    /// <summary>A server that takes every request and says nothing.</summary>
    public static RawServer Silent(Action<RawFrame>? seen = null) => new(async connection =>
    {
        await connection.HandshakeAsync();
        while (true)
        {
            var frame = await connection.ReadAsync(RawConnection.Data);
            seen?.Invoke(frame);
        }
    });

    /// <summary>Answers a request.</summary>
    public static async Task ReplyAsync(this RawConnection connection, int streamId)
    {
        await connection.SendAsync(RawConnection.Headers, EndHeaders, streamId, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, streamId, Reply);
        await connection.SendAsync(RawConnection.Headers, EndBoth, streamId, RawConnection.Literal("grpc-status", "0"));
    }

    public static async Task<EtcdException> FailsAsync(CoordinationErrorKind kind, WriteOutcome outcome, Task call)
    {
        var error = await Assert.ThrowsAsync<EtcdException>(() => call.InTime());
        Assert.True((kind, outcome) == (error.Kind, error.Outcome), $"Expected {kind} and {outcome}, but {error.Outcome}: {error}");
        return error;
    }

    /// <summary>A request and a stream, each of which fails the same way, by this side's own judgement.</summary>
    public static async Task<EtcdException> BothFailAsync(RawServer server, CoordinationErrorKind kind, WriteOutcome outcome, string text, EtcdClientOptions? options = null)
    {
        using var endpoint = Connect(server.Address, options);
        var unary = await FailsAsync(kind, outcome, endpoint.GetAsync());
        using var stream = endpoint.Watch();
        var read = await FailsAsync(kind, outcome, stream.ReadAsync());
        Assert.Contains(text, unary.Message, StringComparison.Ordinal);
        Assert.Contains(text, read.Message, StringComparison.Ordinal);
        Assert.False(unary.IsAnswer);
        Assert.False(read.IsAnswer);
        return unary;
    }
}
