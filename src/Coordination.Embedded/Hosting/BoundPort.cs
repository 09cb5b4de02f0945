using System.Net;
using System.Net.Sockets;

namespace Coordination.Embedded.Hosting;

/// <summary>
/// A port that is taken before the server listens to it: it is known from then on, nobody else gets it, and who connects meanwhile waits instead of being refused.
/// </summary>
internal sealed class BoundPort : IDisposable
{
    private Socket? _socket;

    public BoundPort(IPAddress address, int port)
    {
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(address, port));
        _socket.Listen();
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>The socket, to whoever asks first; a server that is started again binds one of its own.</summary>
    public Socket? Take() => Interlocked.Exchange(ref _socket, null);

    public void Dispose() => Take()?.Dispose();
}
