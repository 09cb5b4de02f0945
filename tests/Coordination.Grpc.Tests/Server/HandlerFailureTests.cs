using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Coordination.Grpc.Tests.Server;

public sealed class HandlerFailureTests
{
    private const string Secret = "password=hunter2";

    public static TheoryData<string> Kinds => [nameof(InvalidOperationException), nameof(IOException), nameof(OperationCanceledException)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_exception_of_a_handler_is_unknown_to_the_client_and_logged_for_the_host(string kind)
    {
        await using var server = await TestServer.StartAsync(app =>
        {
            app.MapGrpcUnary(TestMethods.Unary, (_, _) => throw Failure(kind));
            app.MapGrpcDuplex(TestMethods.Duplex, (_, _, _) => throw Failure(kind));
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unknown, "The server failed to handle the call.");
        Assert.True(error.FromServer);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);

        var logged = server.Logs.Entries.Where(e => e.Level == LogLevel.Error).ToList();
        Assert.Equal(2, logged.Count);
        Assert.All(logged, e => Assert.Equal(Secret, e.Exception?.Message));
        Assert.All(logged, e => Assert.StartsWith("Coordination.Grpc.Server", e.Category, StringComparison.Ordinal));
        Assert.Contains(logged, e => e.Message.Contains(TestMethods.Unary.Path, StringComparison.Ordinal));
        Assert.Contains(logged, e => e.Message.Contains(TestMethods.Duplex.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exception_after_messages_is_unknown_too()
    {
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("one"), call.CancellationToken);
            throw new InvalidOperationException(Secret);
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.Equal("one", await call.ReadOneAsync().InTime());
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Unknown, call.ReadToEndAsync());
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Logs.Entries, e => e.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_error_of_the_host()
    {
        var entered = new Point();
        var answered = new Point();
        var ended = new Seen<Exception?>();
        async Task ReadAsync(GrpcRequestReader<StringValue> requests)
        {
            entered.Reach();

            // Without the call's token: the read ends because the stream was reset.
            var error = await Record.ExceptionAsync(async () => await requests.ReadAsync(CancellationToken.None));
            ended.Set(error);
            throw error!;
        }

        await using var server = await TestServer.StartAsync(app => app.MapGrpcDuplex(TestMethods.Duplex, (requests, _, _) => ReadAsync(requests))
            .Add(endpoint =>
            {
                var inner = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = async http =>
                {
                    await inner(http);
                    answered.Reach();
                };
            }));
        using var channel = server.Connect();
        await using (channel.Duplex(TestMethods.Duplex))
        {
            await entered.Reached;
        }

        Assert.IsAssignableFrom<OperationCanceledException>(await ended.Value);
        await answered.Reached;
        Assert.DoesNotContain(server.Logs.Entries, e => e.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Writing_to_a_client_that_has_gone_is_a_cancellation()
    {
        var gone = new Point();
        var ended = new Seen<Exception?>();
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), CancellationToken.None);
            await call.CancellationToken.Cancelled();
            gone.Reach();
            ended.Set(await Record.ExceptionAsync(async () => await responses.WriteAsync(TestMethods.Text("late"), CancellationToken.None)));
        });
        using var channel = server.Connect();
        await using (var call = channel.Duplex(TestMethods.Duplex))
        {
            Assert.Equal("here", await call.ReadOneAsync().InTime());
        }

        await gone.Reached;
        Assert.IsAssignableFrom<OperationCanceledException>(await ended.Value);
    }

    private static Exception Failure(string kind) => kind switch
    {
        nameof(IOException) => new IOException(Secret),
        nameof(OperationCanceledException) => new OperationCanceledException(Secret),
        _ => new InvalidOperationException(Secret),
    };
}
