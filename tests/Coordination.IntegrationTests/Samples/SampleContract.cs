using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Samples;

public sealed class SamplesOnEmbedded(EmbeddedFixture fixture) : SampleContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class SamplesOnRealEtcd(RealEtcdFixture fixture) : SampleContract(fixture), IClassFixture<RealEtcdFixture>
{
    [Fact]
    public async Task The_cron_worker_lives_through_an_outage_that_costs_it_its_lock()
    {
        await using var etcd = await RealEtcd.StartAsync();
        using var worker = new SampleProcess(
            "CronWorker", "--Coordination:Embedded=false", $"--Coordination:Etcd:Endpoints={etcd.Endpoint.GetLeftPart(UriPartial.Authority)}",
            "--Coordination:SessionTtl=2s", "--Report:Work=00:00:06", "--Report:Period=00:00:00.100");
        await worker.PrintedAsync("The report begins");

        await etcd.KillAsync();
        await worker.PrintedAsync("The lock is lost");
        await worker.PrintedAsync("No report this time");
        await etcd.StartProcessAsync();
        await worker.PrintedAsync("The report is written");

        worker.Terminate();
        Assert.Equal(0, await worker.EndAsync());
    }
}

/// <summary>The samples of docs/samples do what they say, as processes that are started and stopped as in production.</summary>
public abstract class SampleContract(ServerFixture fixture)
{
    [Fact]
    public async Task The_cron_worker_runs_its_job_and_a_second_one_takes_over_when_the_first_is_stopped_in_the_middle()
    {
        using var first = Start("CronWorker", "--Report:Work=00:05:00", "--Report:Period=00:00:00.100");
        var began = Token(await first.PrintedAsync("The report begins"));
        using var second = Start("CronWorker", "--Report:Work=00:00:00.050", "--Report:Period=00:00:00.100");
        await second.PrintedAsync("Somebody else is at it");

        first.Terminate();
        var taken = Token(await second.PrintedAsync("The report is written"));
        second.Terminate();

        Assert.Equal((0, 0), (await first.EndAsync(), await second.EndAsync()));
        Assert.True(taken > began);
        Assert.DoesNotContain("is written", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_leader_only_service_runs_in_one_process_and_in_the_next_one_when_that_is_stopped()
    {
        using var first = Start("LeaderOnly");
        await first.PrintedAsync("Leading in term");
        using var second = Start("LeaderOnly");
        await using var client = fixture.Server.CreateClient();
        await client.UntilCountAsync(KeyRange.Prefix("/elections/billing/"), 2);
        Assert.DoesNotContain("Leading", second.Output, StringComparison.Ordinal);

        first.Terminate();
        await second.PrintedAsync("Leading in term");
        await first.EndAsync();
        second.Terminate();

        Assert.Equal(0, await second.EndAsync());
        Assert.Contains("Not leading any more", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_web_api_registers_itself_is_found_by_name_and_is_gone_when_it_is_stopped()
    {
        using var greeter = Start("WebApi", "--Service=greeter", "--urls=http://127.0.0.1:0");
        await greeter.PrintedAsync("registered on lease");
        using var front = Start("WebApi", "--Service=front", "--urls=http://127.0.0.1:0");
        var address = (await front.PrintedAsync("Now listening on:")).Split("on: ")[1];
        await front.PrintedAsync("registered on lease");
        using var http = new HttpClient();

        Assert.Equal($"the greeter says: hello from {greeter.Id}", await http.GetStringAsync(new Uri($"{address}/ask")));
        Assert.Equal("Healthy", await http.GetStringAsync(new Uri($"{address}/ready")));

        await using var client = fixture.Server.CreateClient();
        greeter.Terminate();
        await client.UntilCountAsync(KeyRange.Prefix("/services/greeter/"), 0);
        Assert.Equal(0, await greeter.EndAsync());
        front.Terminate();
        Assert.Equal(0, await front.EndAsync());
    }

    [Fact]
    public async Task The_first_service_is_found_by_name_has_one_cleaner_and_leaves_in_order()
    {
        using var one = Start("FirstService", "--urls=http://127.0.0.1:0");
        using var two = Start("FirstService", "--urls=http://127.0.0.1:0");
        var address = (await one.PrintedAsync("Now listening on:")).Split("on: ")[1];
        await Task.WhenAll(one.PrintedAsync("registered on lease"), two.PrintedAsync("registered on lease"));
        using var http = new HttpClient();

        Assert.Equal("Healthy", await http.GetStringAsync(new Uri($"{address}/ready")));
        Assert.StartsWith("process ", await http.GetStringAsync(new Uri($"{address}/somebody")), StringComparison.Ordinal);
        using var taken = await http.PostAsync(new Uri($"{address}/orders/7"), null);
        Assert.Contains("order 7 taken, token", await taken.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await Task.WhenAny(one.PrintedAsync("Cleaning up"), two.PrintedAsync("Cleaning up"));
        var (leader, other) = one.Output.Contains("Cleaning up", StringComparison.Ordinal) ? (one, two) : (two, one);
        Assert.DoesNotContain("Cleaning up", other.Output, StringComparison.Ordinal);
        leader.Terminate();
        await other.PrintedAsync("Cleaning up");
        Assert.Equal(0, await leader.EndAsync());
        other.Terminate();
        Assert.Equal(0, await other.EndAsync());
        await using var client = fixture.Server.CreateClient();
        await client.UntilCountAsync(KeyRange.Prefix("/services/orders/"), 0);
    }

    [Fact]
    public async Task The_orders_service_is_asked_over_gRPC_by_name_has_one_cleaner_and_shows_its_metrics()
    {
        var (first, second) = (FreePort(), FreePort());
        using var one = Start("OrdersService", $"--Kestrel:Endpoints:Web:Url=http://127.0.0.1:{first}");
        using var two = Start("OrdersService", $"--Kestrel:Endpoints:Web:Url=http://127.0.0.1:{second}");
        await Task.WhenAll(one.PrintedAsync("registered on lease"), two.PrintedAsync("registered on lease"));
        await Task.WhenAny(one.PrintedAsync("Cleaning up"), two.PrintedAsync("Cleaning up"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{first}") };

        Assert.Equal("Healthy", await http.GetStringAsync(new Uri("/ready", UriKind.Relative)));
        var askedBoth = false;
        for (var i = 0; i < 100 && !askedBoth; i++)
        {
            using var taken = await http.PostAsync(new Uri("/orders/7", UriKind.Relative), null);
            var text = await taken.Content.ReadAsStringAsync();
            Assert.StartsWith("order 7 taken by process ", text, StringComparison.Ordinal);
            askedBoth = text.Contains($"process {two.Id},", StringComparison.Ordinal);
        }

        Assert.True(askedBoth);
        Assert.Contains("coordination", await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.OrdinalIgnoreCase);
        one.Terminate();
        two.Terminate();
        Assert.Equal((0, 0), (await one.EndAsync(), await two.EndAsync()));
        await using var client = fixture.Server.CreateClient();
        await client.UntilCountAsync(KeyRange.Prefix("/services/orders/"), 0);
    }

    [Fact]
    public async Task The_actor_is_told_of_services_of_its_lock_and_of_its_leadership()
    {
        using var sample = new SampleProcess("DiscoveryActor", fixture.Server.Endpoint.GetLeftPart(UriPartial.Authority));
        await sample.PrintedAsync("lock: token");
        await sample.PrintedAsync("elected: term");
        await sample.PrintedAsync("leader: the sample");
        await using var system = fixture.Server.StartSystem();
        await using (var registration = system.Register(new ServiceInstance { Service = "greeter", Host = "127.0.0.1", Port = 1 }))
        {
            await sample.PrintedAsync("up: 127.0.0.1:1");
        }

        await sample.PrintedAsync("down: 127.0.0.1:1");
        sample.Terminate();
        Assert.Equal(0, await sample.EndAsync());

        // It ended in order: nobody waits for its lease.
        await using var next = await system.Lock("/sample/lock").TryAcquireAsync();
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Actors_of_a_host_lead_and_lock_in_one_process_and_in_the_next_one_when_that_is_stopped()
    {
        using var first = Start("AkkaHost");
        var began = Token(await first.PrintedAsync("Locked, token"));
        using var second = Start("AkkaHost");
        await second.PrintedAsync($"Leader: process {first.Id}");
        await using var client = fixture.Server.CreateClient();
        await client.UntilCountAsync(KeyRange.Prefix("/app/leader/"), 2);

        first.Terminate();
        var taken = Token(await second.PrintedAsync("Locked, token"));
        Assert.Equal(0, await first.EndAsync());
        second.Terminate();
        Assert.Equal(0, await second.EndAsync());

        Assert.True(taken > began);
        Assert.Equal(0, (await client.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/app/")))).Count);
    }

    [Fact]
    public async Task Without_a_server_of_its_own_a_sample_runs_on_the_embedded_one_by_its_configuration()
    {
        using var alone = new SampleProcess("CronWorker", "--Report:Work=00:00:00.010");
        await alone.PrintedAsync("The report is written");

        alone.Terminate();
        Assert.Equal(0, await alone.EndAsync());

        // What a new user sees: no warning, and not each request of the server.
        Assert.DoesNotContain("warn:", alone.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Request starting", alone.Output, StringComparison.Ordinal);
    }

    private SampleProcess Start(string sample, params string[] arguments) => new(
        sample, ["--Coordination:Embedded=false", $"--Coordination:Etcd:Endpoints={fixture.Server.Endpoint.GetLeftPart(UriPartial.Authority)}", .. arguments]);

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static long Token(string line) => long.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
