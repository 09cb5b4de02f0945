using System.Net;
using System.Runtime.CompilerServices;
using Coordination.Etcd;
using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class EndpointTests
{
    [Fact]
    public async Task Disposing_ends_open_calls_and_they_may_have_been_applied()
    {
        var taken = new Point();
        await using var server = Calls.Silent(_ => taken.Reach());
        using var endpoint = Calls.Connect(server.Address);
        using var stream = endpoint.Watch();
        var reading = stream.ReadAsync();
        var call = endpoint.GetAsync();
        await taken.Reached;
        endpoint.Dispose();
        endpoint.Dispose();
        Assert.Contains("closed by this side", (await Calls.FailsAsync(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, call)).Message, StringComparison.Ordinal);
        Assert.Contains("closed by this side", (await Assert.ThrowsAsync<EtcdException>(() => reading.InTime())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_after_disposing_sends_nothing()
    {
        using var endpoint = Calls.Connect(new Uri("http://127.0.0.1:1"));
        endpoint.Dispose();
        await Calls.FailsAsync(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, endpoint.GetAsync());
    }

    [Fact]
    public async Task A_reply_over_the_limit_is_refused_and_the_request_may_have_been_applied()
    {
        await using var server = Calls.Answering(null, [0, 0, 0, 3, 233, 1, 2], RawConnection.Literal("grpc-status", "0"), stay: true);
        await Calls.BothFailAsync(server, CoordinationErrorKind.TooLarge, WriteOutcome.Unknown, "maximum", new EtcdClientOptions { MaxReceiveMessageSize = 1000 });
    }

    [Fact]
    public async Task A_message_that_is_larger_than_etcd_takes_is_not_sent_on_a_stream()
    {
        var taken = new Point();
        await using var server = Calls.Silent(_ => taken.Reach());
        using var endpoint = Calls.Connect(server.Address);
        using var stream = endpoint.Watch();
        var large = new WatchRequest { CreateRequest = new() { Key = ByteString.CopyFrom(new byte[2 * EtcdClientOptions.MaxRequestSize]) } };
        var error = await Assert.ThrowsAsync<EtcdException>(() => stream.WriteAsync(large).InTime());
        Assert.Equal(CoordinationErrorKind.TooLarge, error.Kind);
        Assert.False(taken.IsReached);
    }

    [Fact]
    public async Task Five_hundred_requests_are_open_at_once_on_one_connection()
    {
        var connections = 0;
        await using var server = new RawServer(async connection =>
        {
            Interlocked.Increment(ref connections);
            await connection.HandshakeAsync();
            foreach (var count in (int[])[1, 500])
            {
                var open = new List<int>();
                while (open.Count < count)
                {
                    open.Add((await connection.ReadAsync(RawConnection.Data)).StreamId);
                }

                foreach (var stream in open)
                {
                    await connection.ReplyAsync(stream);
                }
            }

            await connection.StayAsync();
        });
        using var endpoint = Calls.Connect(server.Address);

        // How many the server allows at once is known when it has said its first word.
        await endpoint.GetAsync().InTime();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => endpoint.GetAsync())).InTime();
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task A_tls_server_without_http2_is_refused()
    {
        using var certificates = new TestCertificates();
        var certificate = certificates.Server("localhost", IPAddress.Loopback);
        var asked = new Point();
        await using var server = new RawServer(async connection =>
        {
            await connection.SecureAsync(certificate, isHttp2: false);
            await connection.ReadAsync(RawConnection.Data);
            asked.Reach();
        });
        var trusting = new TlsSettings { Authorities = [certificates.Authority] };
        using var endpoint = new Endpoint(server.HttpsAddress, new EtcdClientOptions(), () => trusting);
        var error = await Assert.ThrowsAsync<EtcdException>(() => endpoint.GetAsync().InTime());
        Assert.Equal(WriteOutcome.NotApplied, error.Outcome);
        Assert.False(asked.IsReached);
    }

    [Fact]
    public void A_stream_that_nobody_reads_or_disposes_leaves_no_unobserved_exception()
    {
        var unobserved = new List<Exception>();
        void Add(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.AddRange(e.Exception.Flatten().InnerExceptions.Where(IsOurs));

        TaskScheduler.UnobservedTaskException += Add;
        Open();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= Add;
        Assert.Empty(unobserved);
    }

    private static bool IsOurs(Exception error) => error.ToString().Contains("127.0.0.1:1)", StringComparison.Ordinal);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Open() => _ = Calls.Connect(new Uri("http://127.0.0.1:1")).Watch();
}
