using Coordination.Etcd;

namespace Coordination.Demo.Tests.Watching;

/// <summary>The command <c>watch</c>, on a real etcd.</summary>
public sealed class WatchCommandTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;
    private EtcdClient _client = null!;

    public async Task InitializeAsync()
    {
        _etcd = await RealEtcd.StartAsync();
        _client = _etcd.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task Several_keys_at_once_with_what_they_were_before()
    {
        using var watch = ToolRun.Start(_etcd.Endpoint, "", "watch", "foo", "--also", "zoo", "--prev-kv", "--rev", "2");

        await _client.PutAsync("foo", "1");
        await _client.PutAsync("other", "x");
        await _client.PutAsync("foo", "2");
        await watch.PrintedAsync("PUT", 2);
        await _client.PutAsync("zoo", "3");
        await watch.PrintedAsync("PUT", 3);
        await _client.DeleteAsync("foo");
        await watch.PrintedAsync("DELETE");
        await watch.InterruptAsync();
        var (exitCode, output, _) = await watch.EndAsync();

        Assert.Equal((0, "PUT\nfoo\n1\nPUT\nfoo\n1\nfoo\n2\nPUT\nzoo\n3\nDELETE\nfoo\n2\nfoo\n\n"), (exitCode, output));
    }

    [Fact]
    public async Task Lines_that_are_typed_are_watched_bad_ones_are_named_and_the_end_of_the_input_ends_nothing()
    {
        using var watch = ToolRun.Start(_etcd.Endpoint, "watch foo --rev=2\nwatc foo\nwatch\nwatch zoo --prefix --rev=2\n\n", "watch", "-i");

        await _client.PutAsync("foo", "1");
        await watch.PrintedAsync("PUT", 1);
        await _client.PutAsync("zoo1", "2");
        await watch.PrintedAsync("PUT", 2);
        await watch.InterruptAsync();
        var (exitCode, output, errors) = await watch.EndAsync();

        Assert.Equal((0, "PUT\nfoo\n1\nPUT\nzoo1\n2\n"), (exitCode, output));
        Assert.Contains("the line 'watc foo' cannot be used: only 'watch' is allowed", errors, StringComparison.Ordinal);
        Assert.Contains("the line 'watch' cannot be used: the key is missing", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_etcd_that_restarts_leaves_no_gap()
    {
        await _client.PutAsync("foo", "1");
        using var watch = ToolRun.Start(_etcd.Endpoint, "", "watch", "foo", "--rev", "2");
        await watch.PrintedAsync("PUT", 1);

        await _etcd.KillAsync();
        await _etcd.StartProcessAsync();
        await using var after = _etcd.CreateClient();
        await after.PutAsync("foo", "2");
        await watch.PrintedAsync("PUT", 2);
        await watch.InterruptAsync();
        var (exitCode, output, errors) = await watch.EndAsync();

        Assert.Equal((0, "PUT\nfoo\n1\nPUT\nfoo\n2\n"), (exitCode, output));
        Assert.Contains("etcd is away, foo is watched again when it is back", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revision_that_is_compacted_is_refused()
    {
        await _client.PutAsync("foo", "1");
        var last = await _client.PutAsync("foo", "2");
        await _client.CompactAsync(last.Header.Revision);

        var (exitCode, output, errors) = await ToolRun.RunAsync(_etcd.Endpoint, "watch", "foo", "--rev", "1");

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("foo cannot be watched from revision 1 on (Compacted)", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_etcdctls_names()
    {
        using var watch = ToolRun.Start(_etcd.Endpoint, "", "watch", "", "--prefix", "--json", "--rev", "2");

        await _client.TxnAsync(new EtcdOp.Txn { Then = [new EtcdOp.Put("a", "1"), new EtcdOp.Put("b", "2")] });
        await watch.PrintedAsync("Events");
        await _client.DeleteAsync("a");
        await watch.PrintedAsync("Events", 2);
        await watch.InterruptAsync();
        var (_, output, _) = await watch.EndAsync();

        Assert.Equal(
            """
            {"Header":{"revision":2},"Events":[{"kv":{"key":"YQ==","create_revision":2,"mod_revision":2,"version":1,"value":"MQ=="}},{"kv":{"key":"Yg==","create_revision":2,"mod_revision":2,"version":1,"value":"Mg=="}}]}
            {"Header":{"revision":3},"Events":[{"type":1,"kv":{"key":"YQ==","mod_revision":3}}]}

            """,
            output);
    }
}
