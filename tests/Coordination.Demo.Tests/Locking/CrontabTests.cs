using Coordination.Crontab;

namespace Coordination.Demo.Tests.Locking;

/// <summary>The crontab line of docs/command-line.md on two machines. The minute: <c>dotnet run -c Release --project bench/Coordination.Crontab</c>.</summary>
[Collection(Undisturbed.Name)]
public sealed class CrontabTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coordination-crontab-");
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        await _etcd.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_tick_runs_on_exactly_one_of_two_machines()
    {
        var run = new CrontabRun(_etcd.Endpoint, _folder.FullName) { Ticks = 3 };
        var start = TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(200);

        var codes = await Task.WhenAll(run.Machine("a", start).RunAsync(), run.Machine("b", start).RunAsync());

        Assert.Equal([0, 1, 2], run.Read().Select(note => note.Tick));
        Assert.All(codes, machine => Assert.Equal([0, 0, 0], machine));
        Assert.Equal(run.Read().Select(note => note.Token).Order().Distinct(), run.Read().Select(note => note.Token));
    }

    [Fact]
    public void The_page_shows_this_line()
    {
        var page = File.ReadAllText(Path.Combine(DocsPages.Folder, "command-line.md"));

        Assert.Contains("lock /cron/report --try --at-least 30s --conflict-exit-code 0 -- ", page, StringComparison.Ordinal);
        Assert.Contains(" lock /cron/report --try --at-least 2s --conflict-exit-code 0 ", new CrontabRun(_etcd.Endpoint, _folder.FullName).Line, StringComparison.Ordinal);
    }
}
