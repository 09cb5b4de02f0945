using Coordination.Etcd;

namespace Coordination.Demo.Tests.Locking;

[Collection(Undisturbed.Name)]
public sealed class DeadToolOnEmbedded() : DeadToolTests(async () => await EmbeddedServer.StartAsync());

[Collection(Undisturbed.Name)]
public sealed class DeadToolOnRealEtcd() : DeadToolTests(async () => await RealEtcd.StartAsync());

/// <summary>The tool dies without a word. What it ran is over before anybody else can have the lock, whatever the command started.</summary>
public abstract class DeadToolTests(Func<Task<EtcdServer>> start) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _file = Path.GetTempFileName();
    private EtcdServer _server = null!;

    public async Task InitializeAsync() => _server = await start();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_file);
    }

    [Theory]
    [InlineData("lock", Signals.Kill, "sleep 1000")]
    [InlineData("elect", Signals.Kill, "sleep 1000")]
    [InlineData("lock", Abort, "sleep 1000")]
    [InlineData("lock", Segmentation, "sleep 1000")]
    [InlineData("lock", Signals.Kill, "setsid sleep 1000")]
    [InlineData("elect", Abort, "setsid sleep 1000")]
    [InlineData("lock", Signals.Kill, "sh -c 'trap \"\" TERM; while :; do sleep 0.05; done'")]
    [InlineData("lock", Signals.Kill, "setsid sh -c 'trap \"\" TERM; while :; do sleep 0.05; done'")]
    public async Task What_the_command_started_is_over_before_anybody_else_can_have_it(string kind, int signal, string program)
    {
        await using var system = _server.StartSystem();
        using var tool = Start(kind, "k", "--ttl", "2s", "--", "sh", "-c", $"{program} & echo process $!; wait");
        var started = (await tool.PrintedAsync("process ")).Split(' ')[1];

        await tool.DieOfAsync(signal);
        await NextAsync(system, kind);

        Assert.False(ProcessState.IsRunning(started));
    }

    [Fact]
    public async Task What_the_command_started_is_asked_before_it_is_killed()
    {
        await using var system = _server.StartSystem();
        using var tool = Start("lock", "k", "--ttl", "2s", "--", "sh", "-c", $"sh -c 'trap \"echo stopped >{_file}; exit\" TERM; echo process; while :; do sleep 0.05; done' & wait");
        await tool.PrintedAsync("process");

        tool.Signal(Signals.Kill);
        await NextAsync(system, "lock");

        Assert.Equal("stopped\n", await File.ReadAllTextAsync(_file));
    }

    [Fact]
    public async Task What_is_given_its_grace_after_a_loss_is_killed_when_the_tool_dies_in_that_time()
    {
        await using var etcd = _server.CreateClient();
        using var tool = Start(
            "lock", "k", "--grace", "1h", "--report", _file, "--", "sh", "-c", "sh -c 'trap \"echo asked\" TERM; echo process $$; while :; do sleep 0.05; done' & while :; do wait; done");
        var started = (await tool.PrintedAsync("process ")).Split(' ')[1];
        await etcd.DeleteAsync("k");
        await tool.PrintedAsync("asked");

        tool.Signal(Signals.Kill);

        await EndedAsync(started);
    }

    [Fact]
    public async Task When_the_lock_is_lost_what_left_the_group_of_the_command_is_stopped_too()
    {
        await using var etcd = _server.CreateClient();
        using var tool = Start("lock", "k", "--", "sh", "-c", "setsid sleep 1000 & echo process $!; wait");
        var started = (await tool.PrintedAsync("process ")).Split(' ')[1];

        await etcd.DeleteAsync("k");
        await tool.EndAsync();

        await EndedAsync(started);
    }

    [Fact]
    public async Task A_lock_within_a_lock_ends_with_the_outer_one()
    {
        await using var system = _server.StartSystem();

        // Longer than elsewhere: two tools have to start in it, on a busy machine too.
        using var tool = Start("lock", "k", "--ttl", "5s", "--", DemoProcess.Tool, "lock", "inner", "--etcd", Endpoint, "--", "sh", "-c", "sleep 1000 & echo process $!; wait");
        var started = (await tool.PrintedAsync("process ")).Split(' ')[1];

        tool.Signal(Signals.Kill);
        await NextAsync(system, "lock");

        Assert.False(ProcessState.IsRunning(started));
    }

    private const int Abort = 6;
    private const int Segmentation = 11;

    private string Endpoint => _server.Endpoint.GetLeftPart(UriPartial.Authority);

    private static async Task NextAsync(CoordinationSystem system, string kind) =>
        await (kind == "lock" ? system.Lock("k").AcquireAsync(Limit) : (Task)system.Election("k").CampaignAsync("next").WaitAsync(Limit));

    /// <summary>A signal was sent to it; when the kernel delivers it is the kernel's matter.</summary>
    private static async Task EndedAsync(string process)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (ProcessState.IsRunning(process))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private DemoProcess Start(params string[] arguments) => new(["--etcd", Endpoint, .. arguments]);
}
