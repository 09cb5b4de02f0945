using System.Net;
using System.Net.Sockets;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// Makes the connections to an endpoint. TLS is done here and not by HTTP, because the settings are asked for anew for each connection, and because it is
/// known here why a handshake failed.
/// </summary>
/// <param name="isSecure">Whether the address says https.</param>
/// <param name="tls">The settings for the next connection.</param>
/// <param name="time">The clock.</param>
internal sealed class Connector(bool isSecure, Func<TlsSettings> tls, TimeProvider time)
{
    private volatile InsecureConnectionException? _refusal;

    /// <summary>
    /// Why the server closed the newest of the connections that it closed before it said a word; null when that is not known, or when there is none. HTTP
    /// forgets it when the connection is over before a request was put on it.
    /// </summary>
    public InsecureConnectionException? Refusal => _refusal;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var server = context.DnsEndPoint;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return isSecure
                ? await SecureAsync(stream, server, tls(), cancellationToken).ConfigureAwait(false)
                : new FirstBytesStream(stream, first => CheckPlaintextAsync(first, server));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, DnsEndPoint server, TlsSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var secure = new ClientTlsStream(stream, error => CheckSecureAsync(error, server, settings));
            return await TlsHandshake.RunAsync(secure, server.Host, settings, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error) when (error is not InsecureConnectionException)
        {
            // It was closed under the handshake.
            if (await SecurityProbe.SpeaksPlaintextAsync(server, time).ConfigureAwait(false))
            {
                throw TlsHandshake.ServerSpeaksPlaintext(error);
            }

            throw;
        }
    }

    private async Task CheckSecureAsync(Exception? error, DnsEndPoint server, TlsSettings settings) => Refuse(
        (error is not null && TlsHandshake.IsClientRefused(error)) || await SecurityProbe.RefusesClientAsync(server, settings, time).ConfigureAwait(false)
            ? TlsHandshake.ClientRefused(settings, error)
            : null);

    private async Task CheckPlaintextAsync(byte[] first, DnsEndPoint server) => Refuse(
        SecurityProbe.IsTls(first) || (first.Length == 0 && await SecurityProbe.SpeaksTlsAsync(server, time).ConfigureAwait(false))
            ? new(EtcdSecurityProblem.ServerSpeaksTls, "the server speaks TLS, and the address begins with http: use https")
            : null);

    private void Refuse(InsecureConnectionException? refusal)
    {
        _refusal = refusal;
        if (refusal is not null)
        {
            throw refusal;
        }
    }
}
