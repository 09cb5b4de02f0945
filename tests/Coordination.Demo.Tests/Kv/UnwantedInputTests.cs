using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Kv;

public sealed class UnwantedInputOnEmbedded() : UnwantedInputTests(async () => await EmbeddedServer.StartAsync());

public sealed class UnwantedInputOnRealEtcd() : UnwantedInputTests(async () => await RealEtcd.StartAsync());

/// <summary>What comes in otherwise than it was meant is refused, and nothing is written.</summary>
public abstract class UnwantedInputTests(Func<Task<EtcdServer>> start) : IAsyncLifetime
{
    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;

    public async Task InitializeAsync()
    {
        _server = await start();
        _etcd = _server.CreateClient();
        await _etcd.PutAsync("limit", "10");
    }

    public async Task DisposeAsync()
    {
        await _etcd.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_value_that_was_left_out_is_no_empty_value()
    {
        var (exitCode, output, errors) = await Shell.RunAsync(_server.Endpoint, "coordination kv put limit $UNSET </dev/null");

        Assert.Equal((ExitCode.Usage, ""), (exitCode, output));
        Assert.Contains("put limit: there is no value, and the standard input is empty", errors, StringComparison.Ordinal);
        Assert.Equal("10", (await _etcd.GetAsync("limit")).First?.Value.ToText());
    }

    [Fact]
    public async Task An_empty_value_that_is_written_is_one()
    {
        Assert.Equal((0, "OK\n", ""), await Shell.RunAsync(_server.Endpoint, "coordination kv put limit '' </dev/null"));
        Assert.Equal("", (await _etcd.GetAsync("limit")).First?.Value.ToText());
    }

    [Fact]
    public async Task A_transaction_that_was_left_out_is_none()
    {
        var (exitCode, output, errors) = await Shell.RunAsync(_server.Endpoint, "coordination kv txn </dev/null");

        Assert.Equal((ExitCode.Usage, ""), (exitCode, output));
        Assert.Contains("standard input is empty", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coordination kv put b \"$(printf '\\001\\377')\"")]
    [InlineData("coordination kv put \"$(printf 'b\\377')\" x")]
    [InlineData("coordination kv get \"$(printf 'b\\376')\"")]
    [InlineData("coordination lock b -- echo \"$(printf '\\376')\"")]
    public async Task Arguments_that_are_no_text_are_refused_with_how_to_pass_bytes(string line)
    {
        var (exitCode, output, errors) = await Shell.RunAsync(_server.Endpoint, line);

        Assert.Equal((ExitCode.Usage, ""), (exitCode, output));
        Assert.Contains("is no UTF-8", errors, StringComparison.Ordinal);
        Assert.Contains("standard input", errors, StringComparison.Ordinal);
        Assert.Equal(1, (await _etcd.GetAsync(new EtcdOp.Get(KeyRange.From("a")) { CountOnly = true })).Count);
    }

    [Fact]
    public async Task Bytes_pass_on_the_standard_input_and_the_sign_for_what_cannot_be_read_is_a_text_like_another()
    {
        Assert.Equal((0, "OK\n", ""), await Shell.RunAsync(_server.Endpoint, "printf '\\001\\377' | coordination kv put b"));
        Assert.Equal((0, "OK\n", ""), await Shell.RunAsync(_server.Endpoint, "coordination kv put c \uFFFD"));

        Assert.Equal(new Bytes(new byte[] { 1, 255 }), (await _etcd.GetAsync("b")).First!.Value);
        Assert.Equal("\uFFFD", (await _etcd.GetAsync("c")).First!.Value.ToText());
    }

    [Theory]
    [InlineData("printf 'put b \\377\\n\\n' | coordination kv txn")]
    [InlineData("printf 'watch b\\377\\n' | coordination watch -i")]
    public async Task Lines_that_are_no_text_are_refused(string line)
    {
        var (exitCode, output, errors) = await Shell.RunAsync(_server.Endpoint, line);

        Assert.Equal((ExitCode.Usage, ""), (exitCode, output));
        Assert.Contains("is no UTF-8", errors, StringComparison.Ordinal);
    }
}
