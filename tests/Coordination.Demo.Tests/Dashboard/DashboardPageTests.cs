using System.Text.RegularExpressions;
using Coordination.Etcd;
using Microsoft.Playwright;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>The page in a browser, against a real etcd: what is on it is what is in etcd. With COORDINATION_SCREENSHOT it leaves a picture there.</summary>
[Collection(Undisturbed.Name)]
public sealed partial class DashboardPageTests : IAsyncLifetime
{
    private const string Job = "/jobs/nightly-report";

    private RealEtcd _etcd = null!;
    private ToolRun _tool = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IPage _page = null!;
    private List<string> _faults = null!;

    public async Task InitializeAsync()
    {
        if (ChromiumFactAttribute.Program is not { } chromium)
        {
            return;
        }

        _etcd = await RealEtcd.StartAsync();
        _tool = ToolRun.Start(_etcd.Endpoint, "", "dashboard", "--listen", "127.0.0.1:0");
        await _tool.PrintedAsync("The dashboard is at");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        _page = await _browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1240, Height = 980 }, ColorScheme = ColorScheme.Light });
        _faults = [];
        _page.PageError += (_, error) => _faults.Add(error);
        _page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _faults.Add(message.Text);
            }
        };
        await _page.GotoAsync(DashboardInputTests.AddressIn(_tool.Output).ToString());
    }

    public async Task DisposeAsync()
    {
        if (ChromiumFactAttribute.Program is not null)
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
            await _tool.InterruptAsync();
            await _tool.EndAsync();
            _tool.Dispose();
            await _etcd.DisposeAsync();
        }
    }

    [ChromiumFact]
    public async Task After_churn_the_page_shows_what_is_in_etcd()
    {
        await using var one = _etcd.StartSystem("web-1", TimeSpan.FromSeconds(30));
        await using var two = _etcd.StartSystem("web-2", TimeSpan.FromSeconds(30));
        await using var three = _etcd.StartSystem("web-3", TimeSpan.FromSeconds(30));
        for (var i = 0; i < 20; i++)
        {
            await using var brief = await two.Lock($"/jobs/brief-{i % 3}").AcquireAsync();
        }

        await using var report = await one.Lock(Job).AcquireAsync();
        await using var backup = await two.Lock("/jobs/backup").AcquireAsync();
        using var stop = new CancellationTokenSource();
        var waiting = two.Lock(Job).AcquireAsync(null, stop.Token);
        await TicketsAsync(1);
        var waitingToo = three.Lock(Job).AcquireAsync(null, stop.Token);
        await TicketsAsync(2);
        await using var led = await one.Election("/jobs/scheduler").CampaignAsync("web-1");
        await using var service = one.Register(new ServiceInstance { Service = "billing", Id = "node1", Host = "10.0.0.1", Port = 8080, Weight = 70, Zone = "east" });
        await using var other = two.Register(new ServiceInstance { Service = "billing", Id = "node2", Host = "10.0.0.2", Port = 8080, State = InstanceState.Draining, Zone = "west" });
        await service.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(20));
        await other.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(20));
        var holder = (await three.Lock(Job).GetHolderAsync())!;
        var leader = (await three.Election("/jobs/scheduler").GetLeaderAsync())!;
        await ShowsAllAsync();

        Assert.Equal(["/jobs/backup", Job], await NamesAsync("lock"));
        Assert.Equal($"{holder.Owner} {holder.Token}", await HolderAsync(Job));
        Assert.Equal("2: web-2, web-3", await _page.Locator($"tr[data-name='{Job}'] .waiters").TextContentAsync());
        Assert.Equal($"{leader.Term} web-1", await _page.EvalOnSelectorAsync<string>("tr[data-kind=election]", "row => row.dataset.term + ' ' + row.dataset.owner"));
        Assert.Equal(["node1 serving", "node2 draining"], await _page.EvalOnSelectorAllAsync<string[]>("tr[data-kind=instance]", "rows => rows.map(row => row.dataset.name + ' ' + row.dataset.state)"));
        Assert.Equal(0, await _page.Locator("tr[data-kind=problem]").CountAsync());
        await PictureAsync();
        Assert.Empty(_faults);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waitingToo);
    }

    [ChromiumFact]
    public async Task A_locks_own_page_tells_its_history_also_when_it_is_loaded_again_and_the_keyboard_gets_there_and_back()
    {
        await using var system = _etcd.StartSystem("web-1", TimeSpan.FromSeconds(30));
        await using (await system.Lock("/a").AcquireAsync())
        {
            await ShowsAllAsync();
            await _page.Keyboard.PressAsync("j");
            await _page.Keyboard.PressAsync("Enter");
            await _page.WaitForURLAsync(LockAddress());
        }

        await _page.Locator("tr[data-kind=history][data-what='no longer held']").WaitForAsync();
        await _page.ReloadAsync();
        await _page.Locator("tr[data-kind=history][data-what='no longer held']").WaitForAsync();
        var told = await _page.EvalOnSelectorAllAsync<string[]>("tr[data-kind=history]", "rows => rows.map(row => row.dataset.what + ' ' + row.dataset.owner)");
        await _page.Keyboard.PressAsync("Escape");
        await _page.Locator("#locks").WaitForAsync();

        Assert.Equal(["no longer held web-1", "acquired web-1"], told);
        Assert.Empty(_faults);
    }

    [ChromiumFact]
    public async Task An_instance_that_goes_leaves_a_trace_and_while_text_is_selected_the_page_waits()
    {
        await using var system = _etcd.StartSystem("web-1", TimeSpan.FromSeconds(30));
        await using var service = system.Register(new ServiceInstance { Service = "billing", Id = "node1", Host = "10.0.0.1", Port = 8080 });
        await service.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(20));
        await _page.Locator("tr[data-name=node1][data-state=serving]").WaitForAsync();

        await _page.EvaluateAsync("getSelection().selectAllChildren(document.querySelector('tr[data-name=node1] .who'))");
        await service.DisposeAsync();
        await _page.WaitForFunctionAsync("() => document.querySelector('#etcd').textContent.includes('while text is selected') && !state.services[0].instances.length");
        Assert.Equal(1, await _page.Locator("tr[data-name=node1][data-state=serving]").CountAsync());
        await _page.EvaluateAsync("getSelection().removeAllRanges()");

        await _page.Locator("tr[data-kind=gone][data-name=node1]").WaitForAsync();
        Assert.Equal(0, await _page.Locator("tr[data-kind=instance]").CountAsync());
        Assert.Empty(_faults);
    }

    [ChromiumFact]
    public async Task The_filter_leaves_what_matches_also_when_the_page_is_loaded_again_and_a_phone_sees_no_line_cut_off()
    {
        await using var system = _etcd.StartSystem("<b>web</b>", TimeSpan.FromSeconds(30));
        await using var first = await system.Lock("/a/" + new string('x', 120)).AcquireAsync();
        await using var second = await system.Lock("/b").AcquireAsync();
        await ShowsAllAsync();
        await _page.Keyboard.PressAsync("/");
        await _page.Keyboard.TypeAsync("xxx <b>");

        Assert.Single(await NamesAsync("lock"));
        Assert.Contains("<b>web</b>", await _page.Locator("tr[data-kind=lock] .holders").TextContentAsync());
        await _page.ReloadAsync();
        await ShowsAllAsync();
        Assert.Single(await NamesAsync("lock"));
        await _page.SetViewportSizeAsync(360, 700);
        Assert.True(await _page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
        Assert.Empty(_faults);
    }

    [ChromiumFact]
    public async Task That_etcd_is_away_is_shown_and_that_it_is_back()
    {
        await using (await _etcd.StartSystem("web-1").Lock("/a").AcquireAsync())
        {
            await ShowsAllAsync();
            await _etcd.KillAsync();
            await _page.Locator("#etcd.away").WaitForAsync();
            Assert.Equal(["/a"], await NamesAsync("lock"));

            await _etcd.StartProcessAsync();
            await _page.Locator("#etcd.live").WaitForAsync();
        }
    }

    [GeneratedRegex("#/lock/%2Fa$")]
    private static partial Regex LockAddress();

    /// <summary>The page shows the newest revision of etcd, and is live.</summary>
    private async Task ShowsAllAsync()
    {
        await using var etcd = _etcd.CreateClient();
        var revision = (await etcd.GetAsync(new EtcdOp.Get("x"))).Header.Revision.Value;
        await _page.WaitForFunctionAsync("revision => Number(document.body.dataset.revision) >= revision && document.querySelector('#etcd.live')", revision);
    }

    private async Task TicketsAsync(int count)
    {
        await using var system = _etcd.StartSystem();
        await foreach (var _ in system.Watch(KeyRange.Prefix("coordination/waiters/%")))
        {
            if ((await system.Etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("coordination/waiters/%")) { CountOnly = true })).Count >= count)
            {
                return;
            }
        }
    }

    private Task<string[]> NamesAsync(string kind) => _page.EvalOnSelectorAllAsync<string[]>($"tr[data-kind={kind}]", "rows => rows.map(row => row.dataset.name)");

    private Task<string> HolderAsync(string name) =>
        _page.EvalOnSelectorAsync<string>($"tr[data-name='{name}'] .holders div", "holder => holder.dataset.owner + ' ' + holder.dataset.token");

    private async Task PictureAsync()
    {
        if (Environment.GetEnvironmentVariable("COORDINATION_SCREENSHOT") is { Length: > 0 } path)
        {
            // The TTLs are asked for every few seconds.
            await _page.Locator("meter").First.WaitForAsync();
            await _page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
        }
    }
}
