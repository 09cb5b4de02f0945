using Coordination.Demo.Greeter;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.IntegrationTests.Balancing;

/// <summary>A balancing handler before real servers: those that answer, refuse, reset, refuse streams, go away, and come up late.</summary>
public sealed class NetworkTests : IAsyncLifetime, IAsyncDisposable
{
    // On the wire a stream with one message each way is a call like any other.
    private static readonly Method<GreetRequest, GreetReply> Streamed = new(
        MethodType.DuplexStreaming,
        "coordination.demo.Greeter",
        "SayHello",
        Marshallers.Create(request => request.ToByteArray(), GreetRequest.Parser.ParseFrom),
        Marshallers.Create(reply => reply.ToByteArray(), GreetReply.Parser.ParseFrom));

    private readonly GreeterFleet _fleet = new();
    private readonly List<BalancedAttempt> _attempts = [];
    private readonly List<IAsyncDisposable> _started = [];
    private readonly Point _rawAnswered = new();

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var started in Enumerable.Reverse(_started))
        {
            await started.DisposeAsync();
        }

        await _fleet.StopAsync();
        _fleet.Dispose();
    }

    [Fact]
    public async Task gRPC_calls_are_spread_over_the_servers()
    {
        for (var n = 1; n <= 3; n++)
        {
            await _fleet.StartAsync($"s{n}");
        }

        using var channel = Channel();
        var answers = new List<string>();
        for (var n = 0; n < 30; n++)
        {
            answers.Add((await SayHelloAsync(channel)).Instance);
        }

        Assert.Equal(["s1", "s2", "s3"], answers.Distinct().Order());
        Assert.All(answers.CountBy(id => id), count => Assert.Equal(10, count.Value));
    }

    [Fact]
    public async Task Clients_of_the_client_factory_are_balanced()
    {
        await _fleet.StartAsync("s1");
        await _fleet.StartAsync("s2");
        var services = new ServiceCollection();
        services.AddGrpcClient<Greeter.GreeterClient>(options => options.Address = new Uri("http://greeter"))
            .AddServiceBalancing(Balancer())
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false });
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<Greeter.GreeterClient>();

        var answers = new List<string>();
        for (var n = 0; n < 4; n++)
        {
            answers.Add((await client.SayHelloAsync(new GreetRequest { Name = "you" })).Instance);
        }

        Assert.Equal(["s1", "s1", "s2", "s2"], answers.Order());
    }

    [Fact]
    public async Task A_call_that_was_refused_a_connection_is_answered_by_another_server()
    {
        _fleet.Show("closed", GreeterFleet.ClosedPort());
        await _fleet.StartAsync("open");
        using var channel = Channel();

        for (var n = 0; n < 4; n++)
        {
            Assert.Equal("open", (await SayHelloAsync(channel)).Instance);
        }

        Assert.Equal(AttemptOutcome.NotConnected, Assert.Single(_attempts, attempt => attempt.Instance.Id == "closed").Outcome);
    }

    [Fact]
    public async Task A_server_that_comes_up_late_is_used_when_its_ejection_is_over()
    {
        var port = GreeterFleet.ClosedPort();
        _fleet.Show("late", port);
        await _fleet.StartAsync("open");
        using var channel = Channel(new() { EjectionTime = TimeSpan.FromMilliseconds(50), MaxEjectionTime = TimeSpan.FromMilliseconds(50) });
        while (_attempts.All(attempt => attempt.Instance.Id != "late"))
        {
            await SayHelloAsync(channel);
        }

        await _fleet.StartAsync("late", port);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await SayHelloAsync(channel)).Instance != "late")
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_call_that_was_sent_when_the_connection_broke_is_not_repeated()
    {
        var (requests, channel) = await WithRawServerAsync(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.ReadAsync(RawConnection.Data);
            connection.Reset();
        });

        var error = await Assert.ThrowsAsync<RpcException>(() => UntilRawAsync(channel));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(1, requests());
        Assert.Equal((AttemptOutcome.Broken, false), (_attempts[^1].Outcome, _attempts[^1].Retried));
    }

    [Fact]
    public async Task A_call_that_was_sent_when_the_connection_broke_is_repeated_when_its_owner_says_that_it_may_be()
    {
        var (_, channel) = await WithRawServerAsync(
            async connection =>
            {
                await connection.HandshakeAsync();
                await connection.ReadAsync(RawConnection.Data);
                connection.Reset();
            },
            new() { IsIdempotent = request => request.RequestUri!.AbsoluteUri.StartsWith("http://greeter/coordination.demo.Greeter/", StringComparison.Ordinal) });

        await UntilRawAsync(channel);

        Assert.Contains(_attempts, attempt => attempt is { Outcome: AttemptOutcome.Broken, Retried: true, Instance.Id: "raw" });
    }

    [Fact]
    public async Task A_call_whose_stream_was_refused_unseen_is_answered_by_another_server()
    {
        var (_, channel) = await WithRawServerAsync(async connection =>
        {
            await connection.HandshakeAsync();
            while (true)
            {
                var headers = await connection.ReadAsync(RawConnection.Headers);
                await connection.SendAsync(RawConnection.RstStream, 0, headers.StreamId, [0, 0, 0, 7]);
            }
        });

        await UntilRawAsync(channel);

        Assert.Contains(_attempts, attempt => attempt is { Outcome: AttemptOutcome.Refused, Retried: true, Instance.Id: "raw" });
    }

    [Fact]
    public async Task A_call_that_a_GOAWAY_cut_off_unseen_does_not_fail()
    {
        var connections = 0;
        RawServer? raw = null;
        var (_, channel) = await WithRawServerAsync(
            async connection =>
            {
                await connection.HandshakeAsync();
                await connection.ReadAsync(RawConnection.Headers);
                connections++;

                // Nothing was processed (last stream 0), and nobody listens any more.
                raw!.StopListening();
                await connection.SendAsync(RawConnection.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
                await connection.StayAsync();
            },
            started: server => raw = server);

        await UntilRawAsync(channel);

        Assert.Equal(1, connections);
        Assert.Contains(_attempts, attempt => attempt is { Outcome: AttemptOutcome.NotConnected, Retried: true, Instance.Id: "raw" });
    }

    [Fact]
    public async Task A_response_that_is_reset_in_the_middle_fails_and_is_not_repeated()
    {
        var (requests, channel) = await WithRawServerAsync(async connection =>
        {
            await connection.HandshakeAsync();
            var data = await connection.ReadAsync(RawConnection.Data);
            await connection.SendAsync(RawConnection.Headers, 4, data.StreamId, RawConnection.GrpcHeaders);
            await connection.SendAsync(RawConnection.Data, 0, data.StreamId, [0, 0, 0, 0, 50, 1, 2]);
            await _rawAnswered.Reached;
            connection.Reset();
        });

        var error = await Assert.ThrowsAsync<RpcException>(() => UntilRawAsync(channel));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(1, requests());
        Assert.Equal("raw", _attempts[^1].Instance.Id);
        Assert.Equal(AttemptOutcome.Answered, _attempts[^1].Outcome);
    }

    [Fact]
    public async Task A_duplex_stream_goes_to_another_server_while_nothing_was_written()
    {
        _fleet.Show("closed", GreeterFleet.ClosedPort());
        await _fleet.StartAsync("open");
        using var channel = Channel();

        for (var n = 0; n < 2; n++)
        {
            using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Streamed, null, default);
            await call.RequestStream.WriteAsync(new GreetRequest { Name = "you" });
            await call.RequestStream.CompleteAsync();
            await foreach (var reply in call.ResponseStream.ReadAllAsync())
            {
                Assert.Equal("open", reply.Instance);
            }
        }

        Assert.Contains(_attempts, attempt => attempt is { Outcome: AttemptOutcome.NotConnected, Retried: true });
    }

    private static async Task<GreetReply> SayHelloAsync(GrpcChannel channel) => await new Greeter.GreeterClient(channel).SayHelloAsync(
        new GreetRequest { Name = "you" }, deadline: (TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30)).UtcDateTime);

    /// <summary>Calls until the raw server had one; round robin sees to that.</summary>
    private async Task UntilRawAsync(GrpcChannel channel)
    {
        while (_attempts.All(attempt => attempt.Instance.Id != "raw"))
        {
            await SayHelloAsync(channel);
        }
    }

    /// <summary>A fleet of one server that greets and one that follows a script.</summary>
    private async Task<(Func<int> Connections, GrpcChannel Channel)> WithRawServerAsync(
        Func<RawConnection, Task> script, BalancingOptions? options = null, Action<RawServer>? started = null)
    {
        var connections = 0;
        var raw = new RawServer(connection =>
        {
            Interlocked.Increment(ref connections);
            return script(connection);
        });
        started?.Invoke(raw);
        _started.Add(raw);
        await _fleet.StartAsync("open");
        _fleet.Show("raw", raw.Port);
        return (() => connections, Channel(options));
    }

    private void Attempted(BalancedAttempt attempt)
    {
        _attempts.Add(attempt);
        if (attempt is { Instance.Id: "raw", Outcome: AttemptOutcome.Answered })
        {
            _rawAnswered.Reach();
        }
    }

    private GrpcChannel Channel(BalancingOptions? options = null)
    {
        var handler = Balancer(options).CreateHandler(new SocketsHttpHandler { UseProxy = false });
        return GrpcChannel.ForAddress("http://greeter", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private ServiceBalancer Balancer(BalancingOptions? options = null)
    {
        var balancer = new ServiceBalancer(_ => _fleet, (options ?? new BalancingOptions()) with { OnAttempt = Attempted }, TimeProvider.System, NullLoggerFactory.Instance);
        _started.Add(balancer);
        return balancer;
    }
}
