using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// Finds out what a server speaks that closed a connection before it said a word, which is what some do (etcd, for one) when they are spoken to in plaintext
/// instead of TLS or the other way round. Nothing of a request is sent.
/// </summary>
internal static class SecurityProbe
{
    private const byte AlertRecord = 0x15;
    private const byte HandshakeRecord = 0x16;
    private const byte TlsMajorVersion = 0x03;
    private const byte Http2Settings = 0x04;

    /// <summary>How long a probe may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>The client's preface of HTTP/2 and an empty SETTINGS frame.</summary>
    private static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, Http2Settings, 0, 0, 0, 0, 0];

    /// <summary>Whether the first bytes from a server are a record of TLS. A frame of HTTP/2 that begins so would be of 1.3 MiB; no server's first frame is.</summary>
    public static bool IsTls(ReadOnlySpan<byte> first) => first is [AlertRecord or HandshakeRecord, TlsMajorVersion, ..];

    /// <summary>Whether the server answers the beginning of a TLS handshake.</summary>
    public static Task<bool> SpeaksTlsAsync(DnsEndPoint server, TimeProvider time) => AskAsync(server, time, async (stream, stop) =>
    {
        var seen = new FirstBytesStream(stream);
        var tls = new SslStream(seen, leaveInnerStreamOpen: true);
        await using (tls.ConfigureAwait(false))
        {
            try
            {
                // Refused in any case: only the first byte of the answer matters.
                var options = new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = (_, _, _, _) => false };
                await tls.AuthenticateAsClientAsync(options, stop).ConfigureAwait(false);
            }
            catch (AuthenticationException)
            {
                // As it must be.
            }

            return IsTls(seen.First);
        }
    });

    /// <summary>Whether the server answers HTTP in plaintext.</summary>
    public static Task<bool> SpeaksPlaintextAsync(DnsEndPoint server, TimeProvider time) => AskAsync(server, time, async (stream, stop) =>
    {
        await stream.WriteAsync(Preface, stop).ConfigureAwait(false);
        var frame = new byte[9];
        await stream.ReadExactlyAsync(frame, stop).ConfigureAwait(false);
        return frame[3] == Http2Settings || frame.AsSpan().StartsWith("HTTP/1"u8);
    });

    /// <summary>
    /// Whether the server refuses the client's certificate. It says so after the handshake, and when it has closed the connection by the time a request
    /// arrives, what it said may be lost. Here nothing is sent, so nothing is lost.
    /// </summary>
    public static Task<bool> RefusesClientAsync(DnsEndPoint server, TlsSettings settings, TimeProvider time) => AskAsync(server, time, async (stream, stop) =>
    {
        try
        {
            var tls = await TlsHandshake.RunAsync(new SslStream(stream), server.Host, settings, stop).ConfigureAwait(false);
            await using (tls.ConfigureAwait(false))
            {
                await tls.ReadExactlyAsync(new byte[1], stop).ConfigureAwait(false);
                return false;
            }
        }
        catch (IOException error)
        {
            return TlsHandshake.IsClientRefused(error);
        }
    });

    private static async Task<bool> AskAsync(DnsEndPoint server, TimeProvider time, Func<Stream, CancellationToken, Task<bool>> ask)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, limit.Token).ConfigureAwait(false);
            var stream = new NetworkStream(socket);
            await using (stream.ConfigureAwait(false))
            {
                return await ask(stream, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
