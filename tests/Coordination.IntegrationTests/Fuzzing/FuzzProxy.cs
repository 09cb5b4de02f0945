using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Coordination.IntegrationTests.Fuzzing;

/// <summary>
/// Stands between a client and a real server, and breaks what the server says, frame by frame of HTTP/2, by a seed: so the client meets a server that
/// mostly makes sense.
/// </summary>
internal sealed class FuzzProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _links = [];
    private readonly Uri _target;
    private readonly FrameFuzzer _fuzzer;
    private readonly Task _accepting;

    public FuzzProxy(Uri target, FrameFuzzer fuzzer)
    {
        _target = target;
        _fuzzer = fuzzer;
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_links);
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _links.Add(LinkAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task LinkAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target.Port, over.Token);
                await using var fromClient = new NetworkStream(client);
                await using var fromServer = new NetworkStream(server);
                var requests = PassAsync(fromClient, fromServer, over.Token);
                await Task.WhenAny(requests, ReplyAsync(fromServer, fromClient, over.Token));
                client.LingerState = new LingerOption(true, 0);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // One side has gone; so has the other.
            }

            await over.CancelAsync();
        }
    }

    private static async Task PassAsync(Stream from, Stream to, CancellationToken stop)
    {
        try
        {
            await from.CopyToAsync(to, stop);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }

    private async Task ReplyAsync(Stream server, Stream client, CancellationToken stop)
    {
        try
        {
            var header = new byte[9];
            while (true)
            {
                await server.ReadExactlyAsync(header, stop);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8];
                await server.ReadExactlyAsync(payload, stop);
                var frame = new Frame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
                if (_fuzzer.Next(frame) is not { } bytes)
                {
                    return;
                }

                await client.WriteAsync(bytes, stop);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }
}

/// <summary>A frame of HTTP/2.</summary>
internal sealed record Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte GoAway = 7;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    public byte[] Encode(int? length = null)
    {
        var bytes = new byte[9 + Payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, (length ?? Payload.Length) << 8 | Type);
        bytes[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), Stream);
        Payload.CopyTo(bytes, 9);
        return bytes;
    }
}
