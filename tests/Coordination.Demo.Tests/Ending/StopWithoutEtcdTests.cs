using Coordination.Demo.Kv.Txn;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Ending;

/// <summary>SIGTERM while etcd is away: containers are killed 10 s after it, and every command is to end within 5 s.</summary>
[Collection(Undisturbed.Name)]
public sealed class StopWithoutEtcdTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Theory]
    [InlineData("register web localhost:80", "Ctrl-C ends it", false)]
    [InlineData("register web localhost:80", "Ctrl-C ends it", true)]
    [InlineData("discover web", "10.0.0.1:80", true)]
    [InlineData("elect --observe /e", "none", true)]
    [InlineData("dashboard --listen 127.0.0.1:0", "The dashboard is at", true)]
    [InlineData("top --json", "\"locks\"", true)]
    [InlineData("greeter serve --port 0", "serving", true)]
    [InlineData("greeter serve --port 0", "serving", false)]
    [InlineData("lock /l -- sh -c 'echo runs; exec sleep 600'", "runs", true)]
    [InlineData("elect /e -- sh -c 'echo runs; exec sleep 600'", "runs", true)]
    public async Task Every_command_ends_in_its_time(string command, string sign, bool hangs)
    {
        await using var etcd = _etcd.CreateClient();
        await etcd.PutAsync("/services/web/1", "10.0.0.1:80");
        using var tool = new DemoProcess(["--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), .. TxnWords.Split(command)]);
        await tool.PrintedAsync(sign);
        await AwayAsync(hangs);

        var asked = TimeProvider.System.GetTimestamp();
        tool.Signal(Signals.Terminate);
        await tool.EndAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(asked), TimeSpan.Zero, Limit);
    }

    private async Task AwayAsync(bool hangs)
    {
        if (hangs)
        {
            _etcd.Pause();
        }
        else
        {
            await _etcd.KillAsync();
        }
    }
}
