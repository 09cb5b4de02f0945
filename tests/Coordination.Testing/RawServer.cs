using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Coordination.Testing;

/// <summary>A TCP listener on a free loopback port that serves every connection with the test's own script.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Func<RawConnection, Task> _serve;
    private readonly Task _accepting;

    public RawServer(Func<RawConnection, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public Uri HttpsAddress => new($"https://127.0.0.1:{Port}");

    /// <summary>New connections are refused; those that are open go on.</summary>
    public void StopListening() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptAsync(_closing.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                using var connection = new RawConnection(socket, _closing.Token);
                await _serve(connection);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
            {
                // The client went away in the middle of the script.
            }
        }
    }
}

public sealed record RawFrame(byte Type, byte Flags, int StreamId, byte[] Payload);

/// <summary>One connection; speaks just enough HTTP/2 to misbehave precisely.</summary>
public sealed class RawConnection(Socket socket, CancellationToken closing) : IDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte RstStream = 3;
    public const byte Settings = 4;
    public const byte GoAway = 7;
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private Stream _stream = new NetworkStream(socket, ownsSocket: false);

    /// <summary>Cancelled when the server is disposed.</summary>
    public CancellationToken Closing => closing;

    /// <summary>The header block ":status: 200, content-type: application/grpc".</summary>
    public static byte[] GrpcHeaders { get; } = [0x88, 0x0f, 0x10, 16, .. "application/grpc"u8];

    /// <summary>A header block with one literal header, for trailers.</summary>
    public static byte[] Literal(string name, string value) =>
        [0x00, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    /// <summary>A whole message as gRPC frames it.</summary>
    public static byte[] Message(byte[] message) => [0, 0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message];

    /// <summary>Makes it a TLS connection, which agrees to HTTP/2 or to nothing.</summary>
    public async Task SecureAsync(X509Certificate2 certificate, bool isHttp2 = true)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        List<SslApplicationProtocol> protocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = protocols }, closing);
    }

    public async Task HandshakeAsync()
    {
        var preface = new byte[Preface.Length];
        await _stream.ReadExactlyAsync(preface, closing);
        if (Encoding.ASCII.GetString(preface) != Preface)
        {
            throw new IOException("The client does not speak HTTP/2.");
        }

        await SendAsync(Settings, 0, 0, []);
    }

    public Task SendAsync(byte type, byte flags, int streamId, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, 9);
        return SendBytesAsync(frame);
    }

    public async Task SendBytesAsync(byte[] bytes) => await _stream.WriteAsync(bytes, closing);

    /// <summary>Reads frames to the first of a type that is not empty; acknowledges settings on the way.</summary>
    public async Task<RawFrame> ReadAsync(byte type)
    {
        var header = new byte[9];
        while (true)
        {
            await _stream.ReadExactlyAsync(header, closing);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8];
            await _stream.ReadExactlyAsync(payload, closing);
            var frame = new RawFrame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
            if (frame is { Type: Settings, Flags: 0 })
            {
                await SendAsync(Settings, 1, 0, []);
            }

            if (frame.Type == type && (payload.Length > 0 || type != Data))
            {
                return frame;
            }
        }
    }

    /// <summary>Cuts the connection with a TCP reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Keeps the connection open and silent until the server is disposed.</summary>
    public Task StayAsync() => closing.Cancelled();

    public void Dispose() => _stream.Dispose();
}
