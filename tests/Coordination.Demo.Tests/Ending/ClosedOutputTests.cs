using Coordination.Etcd;

namespace Coordination.Demo.Tests.Ending;

public sealed class ClosedOutputOnEmbedded() : ClosedOutputTests(async () => await EmbeddedServer.StartAsync());

public sealed class ClosedOutputOnRealEtcd() : ClosedOutputTests(async () => await RealEtcd.StartAsync());

/// <summary>When nobody reads any more, that is the end, without a word.</summary>
public abstract class ClosedOutputTests(Func<Task<EtcdServer>> start) : IAsyncLifetime
{
    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;

    public async Task InitializeAsync()
    {
        _server = await start();
        _etcd = _server.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _etcd.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("watch --prefix --rev 1 /z/")]
    [InlineData("watch --prefix --rev 1 /z/ -- true")]
    [InlineData("discover web")]
    [InlineData("discover web --json")]
    [InlineData("register web localhost:80")]
    [InlineData("elect --observe /e")]
    [InlineData("lease keep-alive $LEASE")]
    [InlineData("greeter serve --port 0")]
    [InlineData("greeter call")]
    [InlineData("etcd serve --port 0")]
    [InlineData("dashboard --listen 127.0.0.1:0")]
    [InlineData("top --json")]
    [InlineData("--duration 60s")]
    public async Task A_command_that_goes_on_ends_when_its_reader_has_had_enough(string command)
    {
        await _etcd.PutAsync("/z/1", "x");
        var lease = (await _etcd.GrantLeaseAsync(TimeSpan.FromSeconds(600))).Id;

        // The tool's own code, not that of the reader.
        var (exitCode, output, errors) = await Shell.RunAsync(
            _server.Endpoint, $"{{ coordination {command.Replace("$LEASE", lease.ToString(), StringComparison.Ordinal)}; echo \"code $?\" >&2; }} | head -n 1");

        Assert.Equal(0, exitCode);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("code 0\n", errors);
    }

    [Fact]
    public async Task A_command_that_ends_by_itself_does_what_it_is_for()
    {
        var (exitCode, _, errors) = await Shell.RunAsync(_server.Endpoint, "{ coordination kv put a 1; echo \"code $?\" >&2; } | true");

        Assert.Equal((0, "code 0\n"), (exitCode, errors));
        Assert.Equal("1", (await _etcd.GetAsync("a")).First?.Value.ToText());
    }
}
