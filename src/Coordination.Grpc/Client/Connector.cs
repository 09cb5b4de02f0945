using System.Net.Sockets;

namespace Coordination.Grpc.Client;

/// <summary>
/// Makes the connections of a channel. TLS is done here and not by HTTP, because the settings are asked for anew for each connection, and because it is
/// known here why a handshake failed.
/// </summary>
internal sealed class Connector(Uri address, Func<GrpcTlsSettings>? tls)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return address.Scheme != Uri.UriSchemeHttps ? new PlaintextStream(stream)
                : tls is null ? stream
                : await TlsHandshake.RunAsync(stream, context.DnsEndPoint.Host, tls(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
