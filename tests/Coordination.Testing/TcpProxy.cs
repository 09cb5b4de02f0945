using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Coordination.Testing;

/// <summary>Stands between a client and a server and misbehaves on demand: replies dropped, both ways dropped, connections cut.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int OpeningSize = 2048;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, Socket> _links = new();
    private readonly ConcurrentDictionary<int, string> _openings = new();
    private readonly ConcurrentBag<Task> _pumps = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource<int>? _requestAwaited;
    private volatile int _lastLink;
    private volatile int _frozenLink;
    private volatile int _delayMilliseconds;
    private volatile bool _dropReplies;
    private volatile bool _dropRequests;
    private volatile bool _refuse;
    private volatile string? _dropped;

    public TcpProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    public static TcpProxy To(Uri target) => new(target);

    /// <summary>What the server says disappears: the client waits for replies to what was done.</summary>
    public bool DropReplies
    {
        get => _dropReplies;
        set => _dropReplies = value;
    }

    /// <summary>What the client says disappears.</summary>
    public bool DropRequests
    {
        get => _dropRequests;
        set => _dropRequests = value;
    }

    /// <summary>New connections are closed at once.</summary>
    public bool Refuse
    {
        get => _refuse;
        set => _refuse = value;
    }

    /// <summary>How long everything that the server says is held back. Zero: not at all.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromMilliseconds(_delayMilliseconds);
        set => _delayMilliseconds = (int)value.TotalMilliseconds;
    }

    /// <summary>The connections there are become half open: nothing gets through on them any more, and nobody is told. New ones work.</summary>
    public void FreezeLinks() => _frozenLink = _lastLink;

    /// <summary>Nothing gets through in either direction, and nobody is told.</summary>
    public void BlackHole(bool on) => _dropReplies = _dropRequests = on;

    /// <summary>Nothing gets through on connections whose first request has this text in it; the empty text is in each. Null: all are well again.</summary>
    public void Drop(string? saying) => _dropped = saying;

    /// <summary>Completes when the client has sent something from now on.</summary>
    public Task RequestPassedAsync() => (_requestAwaited = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Resets all connections.</summary>
    public void CutAll()
    {
        foreach (var (client, server) in _links)
        {
            Reset(client);
            Reset(server);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        CutAll();
        await _accepting;
        await Task.WhenAll(_pumps);
        _stopping.Dispose();
        _listener.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (ObjectDisposedException)
        {
            // Closed already.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                if (_refuse)
                {
                    Reset(client);
                    continue;
                }

                client.NoDelay = true;
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, _target.Port, _stopping.Token);
                }
                catch (SocketException)
                {
                    // The server is away, for a while perhaps: so is the connection, not the proxy.
                    Reset(client);
                    Reset(server);
                    continue;
                }

                _links[client] = server;
                var link = Interlocked.Increment(ref _lastLink);
                _pumps.Add(PumpAsync(client, server, link, isRequest: true));
                _pumps.Add(PumpAsync(server, client, link, isRequest: false));
            }
        }
        catch (Exception error) when (_stopping.IsCancellationRequested || error is SocketException or ObjectDisposedException)
        {
            // Stopped. A listener that was stopped between two connections calls that an invalid operation.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int link, bool isRequest)
    {
        var buffer = new byte[BufferSize];
        var onTheWay = Channel.CreateUnbounded<(long At, TimeSpan Delay, byte[] Bytes)>();
        var delivering = DeliverAsync(onTheWay.Reader, to);
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (isRequest && !_openings.ContainsKey(link))
                {
                    _openings[link] = Encoding.ASCII.GetString(buffer, 0, Math.Min(count, OpeningSize));
                }

                if (Passes(link, isRequest))
                {
                    if (isRequest)
                    {
                        await to.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
                        _requestAwaited?.TrySetResult(count);
                    }
                    else
                    {
                        onTheWay.Writer.TryWrite((TimeProvider.System.GetTimestamp(), Delay, buffer[..count]));
                    }
                }
            }

            onTheWay.Writer.TryComplete();
            await delivering;
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Reset(from);
            Reset(to);
        }
        finally
        {
            onTheWay.Writer.TryComplete();
            if (isRequest)
            {
                _openings.TryRemove(link, out _);
            }
        }
    }

    private bool Passes(int link, bool isRequest) =>
        link > _frozenLink && (isRequest ? !_dropRequests : !_dropReplies)
        && !(_dropped is { } saying && _openings.TryGetValue(link, out var opening) && opening.Contains(saying, StringComparison.OrdinalIgnoreCase));

    /// <summary>Each piece is as late as the delay says, and not later for those before it: a long way, not a narrow one.</summary>
    private async Task DeliverAsync(ChannelReader<(long At, TimeSpan Delay, byte[] Bytes)> onTheWay, Socket to)
    {
        try
        {
            await foreach (var (at, delay, bytes) in onTheWay.ReadAllAsync(_stopping.Token))
            {
                if (delay - TimeProvider.System.GetElapsedTime(at) is var rest && rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, TimeProvider.System, _stopping.Token);
                }

                await to.SendAsync(bytes, _stopping.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Reset(to);
        }
    }
}
