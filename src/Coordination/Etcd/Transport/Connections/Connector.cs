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

    private async Task CheckSecureAsync(Exception? error, DnsEndPoint server, TlsSettings settings)
    {
        if ((error is not null && TlsHandshake.IsClientRefused(error)) || await SecurityProbe.RefusesClientAsync(server, settings, time).ConfigureAwait(false))
        {
            throw TlsHandshake.ClientRefused(settings, error);
        }
    }

    private async Task CheckPlaintextAsync(byte[] first, DnsEndPoint server)
    {
        if (SecurityProbe.IsTls(first) || (first.Length == 0 && await SecurityProbe.SpeaksTlsAsync(server, time).ConfigureAwait(false)))
        {
            throw new InsecureConnectionException(EtcdSecurityProblem.ServerSpeaksTls, "the server speaks TLS, and the address begins with http: use https");
        }
    }
}
