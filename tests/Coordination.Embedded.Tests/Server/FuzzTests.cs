using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Coordination.Embedded.Tests.Differential;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Server;

/// <summary>Whatever arrives, the server goes on serving others, and what was refused has changed nothing.</summary>
public sealed class FuzzTests : ServerFixture
{
    private static readonly string[] Paths = [.. EtcdApi.Paths, "/etcdserverpb.KV/Nothing", "/"];

    // Calls that may stay open.
    private static readonly string[] Waiting =
        ["/etcdserverpb.Watch/Watch", "/v3lockpb.Lock/Lock", "/v3electionpb.Election/Campaign", "/v3electionpb.Election/Observe"];

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    [Fact]
    public async Task Random_messages_on_every_method_do_not_bring_it_down()
    {
        var random = new Random(17);
        using var http = new HttpClient();
        for (var i = 0; i < 1000; i++)
        {
            var path = Paths[random.Next(Paths.Length)];
            var message = random.Next(3) == 0 ? Noise(random, random.Next(60)) : Damaged(random, Sample(random));
            await CallAsync(http, path, Frame(random, message));
        }

        await StillServesAsync();
    }

    [Fact]
    public async Task Random_bytes_on_the_connection_do_not_bring_it_down()
    {
        var random = new Random(23);
        for (var i = 0; i < 60; i++)
        {
            using var socket = await ConnectAsync();
            byte[] bytes = (i % 3) switch
            {
                0 => Noise(random, 1 + random.Next(300)),
                1 => [.. Preface, .. Noise(random, random.Next(300))],
                _ => [.. Preface, 0, 0, (byte)random.Next(40), 1, (byte)random.Next(256), 0, 0, 0, 1, .. Noise(random, 40)],
            };
            await socket.SendAsync(bytes, Deadline);
            socket.Shutdown(SocketShutdown.Send);
            await DrainAsync(socket);
        }

        await StillServesAsync();
    }

    [Fact]
    public async Task Frames_that_make_no_sense_do_not_bring_it_down()
    {
        var random = new Random(29);
        byte[] settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        for (var i = 0; i < 150; i++)
        {
            using var socket = await ConnectAsync();
            var frames = new List<byte>([.. Preface, .. settings]);
            for (var frame = random.Next(1, 12); frame > 0; frame--)
            {
                // Of every type, on streams that exist and on others, and now and then with a length that does not hold.
                var payload = Noise(random, random.Next(60));
                var length = random.Next(10) == 0 ? random.Next(1 << 24) : payload.Length;
                frames.AddRange([(byte)(length >> 16), (byte)(length >> 8), (byte)length, (byte)random.Next(12), (byte)random.Next(256), 0, 0, 0, (byte)random.Next(6)]);
                frames.AddRange(payload);
            }

            await socket.SendAsync(frames.ToArray(), Deadline);
            socket.Shutdown(SocketShutdown.Send);
            await DrainAsync(socket);
        }

        await StillServesAsync();
    }

    [Fact]
    public async Task Connections_opened_and_dropped_by_the_thousand_leave_nothing_behind()
    {
        using var open = new OpenConnections(Etcd.Endpoint);
        for (var round = 0; round < 20; round++)
        {
            var sockets = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ConnectAsync()));
            foreach (var (i, socket) in sockets.Index())
            {
                if (i % 3 > 0)
                {
                    await socket.SendAsync(i % 3 == 1 ? Preface : Preface[..10], Deadline);
                }

                // A reset instead of an orderly end.
                socket.LingerState = new LingerOption(i % 2 == 0, 0);
                socket.Dispose();
            }
        }

        // The last one that comes is that of this test.
        await StillServesAsync();
        await open.UntilAsync(1, Deadline);
        Assert.InRange(open.Opened, 1001, 2001);
    }

    [Fact]
    public async Task Giant_messages_are_refused_before_they_fill_the_memory()
    {
        using var http = new HttpClient();
        var body = new byte[40_000_005];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var announced in new[] { 40_000_000, int.MaxValue, -1 })
        {
            BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), announced);
            await CallAsync(http, "/etcdserverpb.KV/Put", body);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20_000_000);
        await StillServesAsync();
    }

    [Fact]
    public async Task Deeply_nested_transactions_are_refused()
    {
        var txn = new TxnRequest();
        for (var depth = 0; depth < 200; depth++)
        {
            txn = new TxnRequest { Success = { new RequestOp { RequestTxn = txn } } };
        }

        await FailsAsync(Kv.TxnAsync(txn, cancellationToken: Deadline).ResponseAsync);
        await StillServesAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_events_stops_nobody()
    {
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
        var value = new string('x', 100_000);
        for (var i = 0; i < 300; i++)
        {
            await PutAsync("a", value);
        }

        Assert.Equal(301, Etcd.Revision);
        Assert.True((await watch.NextAsync()).Created);
        for (var revision = 2L; revision <= 301;)
        {
            foreach (var e in (await watch.NextAsync()).Events)
            {
                Assert.Equal(revision++, e.Kv.ModRevision);
            }
        }
    }

    private static byte[] Sample(Random random)
    {
        IMessage message = random.Next(4) switch
        {
            0 => new PutRequest { Key = B("a"), Value = B("v"), Lease = random.NextInt64() },
            1 => new RangeRequest { Key = B("a"), RangeEnd = B("b"), SortOrder = (RangeRequest.Types.SortOrder)random.Next(-2, 9), SortTarget = (RangeRequest.Types.SortTarget)random.Next(-2, 9), Limit = random.NextInt64(long.MinValue, long.MaxValue), Revision = random.NextInt64(-9, 3) },
            2 => new TxnRequest
            {
                Compare = { new Compare { Key = B("a"), Result = (Compare.Types.CompareResult)random.Next(-2, 9), Target = (Compare.Types.CompareTarget)random.Next(-2, 9) } },
                Success = { new RequestOp { RequestPut = new PutRequest { Key = B("a") } }, new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = B("b") } } },
            },
            _ => new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = B("a"), StartRevision = random.NextInt64(long.MinValue, long.MaxValue), WatchId = random.Next(-3, 3), Filters = { (WatchCreateRequest.Types.FilterType)random.Next(-2, 9) } },
            },
        };
        return message.ToByteArray();
    }

    private static byte[] Damaged(Random random, byte[] message)
    {
        for (var i = random.Next(3); i > 0; i--)
        {
            message[random.Next(message.Length)] = (byte)random.Next(256);
        }

        return random.Next(6) == 0 ? message[..random.Next(message.Length)] : message;
    }

    private static byte[] Frame(Random random, byte[] message)
    {
        byte[] frame = [(byte)(random.Next(20) == 0 ? random.Next(256) : 0), 0, 0, 0, 0, .. message];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), random.Next(20) == 0 ? random.Next() : message.Length);
        return frame;
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task DrainAsync(Socket socket)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, Deadline) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is as good an answer as any.
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Etcd.Endpoint.Port, Deadline);
        return socket;
    }

    private async Task CallAsync(HttpClient http, string path, byte[] body)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(Waiting.Contains(path) ? 20 : 5000));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Etcd.Endpoint, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            Assert.True((int)response.StatusCode < 500, $"{path}: HTTP {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // A reset stream, or a watch that stays open.
        }
    }

    private async Task StillServesAsync()
    {
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("/still/serves") });
        await watch.NextAsync();
        var put = PutAsync("/still/serves");
        try
        {
            await put;
        }
        catch (RpcException e) when (e.Status.Detail.Contains("space exceeded", StringComparison.Ordinal))
        {
            // The fuzzer raised the alarm.
            Etcd.Faults.SetOutOfSpace(false);
            await GetAsync("/still/serves");
            return;
        }

        Assert.Single((await watch.NextAsync()).Events);
    }
}
