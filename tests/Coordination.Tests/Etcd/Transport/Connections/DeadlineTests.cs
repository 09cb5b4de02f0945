using Coordination.Etcd;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class DeadlineTests
{
    private static readonly EtcdClientOptions Short = new() { RequestTimeout = TimeSpan.FromMilliseconds(200) };

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_request_without_a_reply_ends_in_time_and_may_have_been_applied()
    {
        await using var server = Calls.Silent();
        using var endpoint = Calls.Connect(server.Address, Short);
        var error = await Calls.FailsAsync(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, endpoint.GetAsync());
        Assert.StartsWith($"No answer from http://127.0.0.1:{server.Port} within 0.2 s", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsAnswer);
    }

    [Fact]
    public async Task A_deadline_before_the_connection_is_made_says_that_nothing_was_sent()
    {
        await using var server = new RawServer(connection => connection.StayAsync());
        using var endpoint = Calls.Connect(server.HttpsAddress, Short with { ConnectTimeout = TimeSpan.FromMinutes(1) });
        await Calls.FailsAsync(CoordinationErrorKind.Timeout, WriteOutcome.NotApplied, endpoint.GetAsync());
    }

    [Fact]
    public async Task Another_clock_than_the_systems_decides_when_it_is_the_clients()
    {
        var taken = new Point();
        await using var server = Calls.Silent(_ => taken.Reach());
        using var endpoint = Calls.Connect(server.Address, new EtcdClientOptions { TimeProvider = _time });
        var call = endpoint.GetAsync();
        await taken.Reached;
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        var error = await Calls.FailsAsync(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, call);
        Assert.Contains("within 5 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_clock_also_ends_a_call_that_has_no_connection_yet()
    {
        var accepted = new Point();
        await using var server = new RawServer(connection =>
        {
            accepted.Reach();
            return connection.StayAsync();
        });
        using var endpoint = Calls.Connect(server.HttpsAddress, new EtcdClientOptions { TimeProvider = _time, ConnectTimeout = TimeSpan.FromMinutes(1) });
        var call = endpoint.GetAsync();
        await accepted.Reached;
        _time.Advance(TimeSpan.FromSeconds(5));
        await Calls.FailsAsync(CoordinationErrorKind.Timeout, WriteOutcome.NotApplied, call);
    }

    [Fact]
    public async Task The_servers_own_deadline_is_its_answer()
    {
        await using var server = Calls.AnsweringHeaders(RawConnection.GrpcHeaders, RawConnection.Literal("grpc-status", "4"));
        using var endpoint = Calls.Connect(server.Address);
        var error = await Calls.FailsAsync(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, endpoint.GetAsync());
        Assert.True(error.IsAnswer);
    }
}
