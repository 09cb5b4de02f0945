using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>
/// Stands before each node of a cluster, and knows from whom a connection comes: Akka's first message on it names the address of its sender, and each node here has
/// a loopback address of its own. So a partition cuts pairs of nodes: nothing gets through between them, and nobody is told.
/// </summary>
internal sealed class NodeProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<(string, string), bool> _cut = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentBag<Task> _running = [];
    private readonly List<Socket> _listeners = [];

    /// <summary>Listens for a node.</summary>
    /// <param name="host">Its loopback address; 127.0.0.2 and so on.</param>
    /// <param name="target">Where it really listens, on 127.0.0.1.</param>
    /// <returns>The port that others use.</returns>
    public int Open(string host, int target)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(host), 0));
        listener.Listen();
        _listeners.Add(listener);
        _running.Add(AcceptAsync(listener, host, target));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    /// <summary>Cuts every node of one side from every node of the other.</summary>
    public void Cut(IEnumerable<string> side, IEnumerable<string> other)
    {
        foreach (var (a, b) in side.SelectMany(a => other.Select(b => (a, b))))
        {
            _cut[(a, b)] = _cut[(b, a)] = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listeners.ForEach(listener => listener.Dispose());
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Socket listener, string host, int target)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(_stopping.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                _sockets.Add(client);
                _sockets.Add(server);
                client.NoDelay = true;
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, target, _stopping.Token);
                    _running.Add(CarryAsync(client, server, host));
                }
                catch (SocketException)
                {
                    // The node is gone.
                    client.Dispose();
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task CarryAsync(Socket client, Socket server, string to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var count = await client.ReceiveAsync(buffer, _stopping.Token);
            var from = HostIn(buffer.AsSpan(0, count));
            if (!IsCut(from, to))
            {
                await server.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
            }

            await Task.WhenAll(PumpAsync(client, server, from, to), PumpAsync(server, client, to, from));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task PumpAsync(Socket source, Socket sink, string from, string to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await source.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (!IsCut(from, to))
                {
                    await sink.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Over.
        }

        source.Dispose();
        sink.Dispose();
    }

    private bool IsCut(string from, string to) => _cut.ContainsKey((from, to));

    /// <summary>The sender's host, which stands in the first message as text.</summary>
    private static string HostIn(ReadOnlySpan<byte> first)
    {
        var at = first.IndexOf("127.0.0."u8);
        return at < 0 ? "" : Encoding.ASCII.GetString(first.Slice(at, "127.0.0.2".Length));
    }
}
