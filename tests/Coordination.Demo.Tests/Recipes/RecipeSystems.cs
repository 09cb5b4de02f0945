using Coordination.Etcd;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>The C# of docs/etcd-recipes.md that needs a coordination system: what is between the markers is on the page, letter by letter.</summary>
public sealed class RecipeSystems : RecipeServer
{
    [Fact]
    public async Task Watches()
    {
        var first = await Client.PutAsync("foo", "1");
        await using var coordination = CoordinationSystem.Start(new CoordinationOptions(), Client);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var stopping = limit.Token;

        // recipe
        await foreach (var told in coordination.Watch("foo").WithCancellation(stopping))

        // end
        {
            Assert.Equal("1", Assert.IsType<WatchEvent.Snapshot>(told).KeyValues.Single().Value.ToText());
            break;
        }

        IAsyncEnumerable<WatchEvent>[] watches =
        [
            // recipe
            coordination.Watch(KeyRange.Between("foo1", "foo9"))

            // end
            ,

            // recipe
            coordination.Watch(KeyRange.Prefix("foo"))

            // end
            ,

            // recipe
            coordination.Watch("foo", new KeyWatchOptions { From = first.Header.Revision })

            // end
            ,

            // recipe
            coordination.Watch("foo", new KeyWatchOptions { PreviousValue = true })

            // end
        ];
        foreach (var watch in watches)
        {
            await using var told = watch.GetAsyncEnumerator(stopping);
            Assert.True(await told.MoveNextAsync().InTime());
        }
    }

    [Fact]
    public async Task Read_then_watch()
    {
        var etcd = Client;
        await etcd.PutAsync("/cron/jobs/job7", "i am job7");
        using var stop = new CancellationTokenSource();
        var stopping = stop.Token;
        var following = FollowAsync();
        await Client.DeleteAsync("/cron/jobs/job7");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);

        async Task FollowAsync()
        {
            // recipe
            await using var coordination = CoordinationSystem.Start(new CoordinationOptions(), etcd);
            await foreach (var told in coordination.Watch("/cron/jobs/job7").WithCancellation(stopping))
            {
                if (told is WatchEvent.Snapshot now)
                {
                    Console.WriteLine($"now: {string.Join(", ", now.KeyValues.Select(job => job.Value))}, watching from revision {now.Revision.Next}");
                }
                else if (told is WatchEvent.Changed changed)
                {
                    foreach (var change in changed.Events)
                    {
                        Console.WriteLine(change.IsDelete ? $"deleted at {change.Current.ModRevision}" : $"put {change.Current.Value} at {change.Current.ModRevision}");
                    }
                }
            }

            // end
        }
    }

    [Fact]
    public async Task A_lock_and_the_seed_program_exclude_each_other()
    {
        var etcd = Client;

        // recipe
        await using var coordination = CoordinationSystem.Start(new CoordinationOptions { SessionTtl = TimeSpan.FromSeconds(5) }, etcd);
        await using var handle = await coordination.Lock("/cron/lock/job9").TryAcquireAsync();
        Console.WriteLine(handle is null
            ? $"taken by {(await coordination.Lock("/cron/lock/job9").GetHolderAsync())?.Owner}"
            : $"the work is done while handle.Lost is not cancelled, with token {handle.Token}");

        // end
        var seedProgram = await etcd.If(When.Missing("/cron/lock/job9")).Then(new EtcdOp.Put("/cron/lock/job9", "xxx")).CommitAsync();
        Assert.NotNull(handle);
        Assert.False(seedProgram.Succeeded);
    }

    [Fact]
    public async Task Register_discover_and_balance()
    {
        var etcd = Client;

        // recipe
        await using var coordination = CoordinationSystem.Start(new CoordinationOptions { SessionTtl = TimeSpan.FromSeconds(5) }, etcd);
        var layout = ServiceLayout.Plain("/{service}/{id}");
        await using var registration = coordination.Register(new ServiceInstance { Service = "web", Id = "node1", Host = "localhost", Port = 8000 }, new RegistrationOptions { Layout = layout });
        await registration.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(5));
        using var discovery = coordination.Discover("web", new DiscoveryOptions { Layout = layout });
        var addresses = (await discovery.WaitForViewAsync(TimeSpan.FromSeconds(5))).Instances.Select(instance => instance.Address);

        // end
        // recipe
        await using var balancer = new ServiceBalancer(coordination, new BalancingOptions { Policy = BalancingPolicy.RoundRobin });
        using var http = new HttpClient(balancer.CreateHandler(new SocketsHttpHandler()));

        // end
        Assert.Equal(["localhost:8000"], addresses);
        Assert.Equal("localhost:8000", (await etcd.GetAsync("/web/node1")).First!.Value.ToText());
        Assert.NotNull(http);
    }
}
