using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>The programs of docs/same-in-csharp.md (docs/samples/SameInCSharp) print what the page shows, and leave the keys of the Go programs.</summary>
public sealed class SameInCSharpTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string Page = File.ReadAllText(Path.Combine(DocsPages.Folder, "same-in-csharp.md"));

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
    public async Task Keys_are_written_read_and_deleted_as_the_page_shows()
    {
        var printed = await RunAsync("keys");

        Assert.Equal(5, printed.Length);
        Assert.All(printed, line => Assert.Contains(line, Page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lock_is_held_by_one_at_a_time()
    {
        await using (var other = _etcd.StartSystem("other"))
        await using (await other.Lock("/cron/lock/job9").AcquireAsync())
        {
            Assert.StartsWith("taken by ", Assert.Single(await RunAsync("lock")), StringComparison.Ordinal);
        }

        var printed = await RunAsync("lock");

        Assert.Equal(2, printed.Length);
        Assert.StartsWith("working, token ", printed[0], StringComparison.Ordinal);
        Assert.Equal("done", printed[1]);
        Assert.Equal(0, (await _client.GetAsync("/cron/lock/job9")).Count);
    }

    [Fact]
    public async Task Servers_register_under_the_keys_of_the_tutorial_and_a_client_takes_them_in_turn()
    {
        string[] addresses = [Address(), Address()];
        var servers = addresses.Select(address => Start("greet-server", address.Split(':')[1])).ToList();
        foreach (var (server, address) in servers.Zip(addresses))
        {
            server.BeginOutputReadLine();
            await _client.UntilAsync($"/ns/greet_service/{address}", registered => registered?.Value.ToText() == address);
        }

        var printed = await RunAsync("greet-client");

        Assert.Equal(6, printed.Length);
        Assert.All(addresses, address => Assert.Contains(printed, line => line.EndsWith($", from {address}", StringComparison.Ordinal)));
        foreach (var server in servers)
        {
            Signals.Send(server.Id, Signals.Terminate);
            await server.WaitForExitAsync().WaitAsync(Limit);
            server.Dispose();
        }

        Assert.Equal(0, (await _client.GetAsync(KeyRange.Prefix("/ns/"))).Count);
    }

    /// <summary>One that nobody uses now.</summary>
    private static string Address()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private async Task<string[]> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
        await process.WaitForExitAsync().WaitAsync(Limit);
        Assert.Equal(0, process.ExitCode);
        return output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private Process Start(params string[] arguments)
    {
        // …/bin/Release/net10.0 of this project -> the same of the sample
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(DocsPages.Folder, "samples", "SameInCSharp", "bin", here.Parent!.Name, here.Name, "SameInCSharp");
        return Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["Coordination__Etcd__Endpoints"] = _etcd.Endpoint.GetLeftPart(UriPartial.Authority) },
        })!;
    }
}
