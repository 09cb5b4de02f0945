using Coordination.Etcd;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>The C# of docs/etcd-recipes.md: what is between the markers is on the page, letter by letter (<see cref="RecipeTests"/>).</summary>
public sealed class RecipeCode : RecipeServer
{
    [Fact]
    public async Task A_connection()
    {
        // recipe
        await using var etcd = new EtcdClient(new EtcdClientOptions { Endpoints = [new Uri("http://127.0.0.1:2379")], ConnectTimeout = TimeSpan.FromSeconds(5) });
        Console.WriteLine($"connected to {string.Join(", ", etcd.Endpoints)}");

        // end
        Assert.Single(etcd.Endpoints);
    }

    [Fact]
    public async Task Keys()
    {
        var etcd = Client;

        // recipe
        await etcd.PutAsync("foo", "far");

        // end
        // recipe
        await etcd.PutAsync("foo", "bar");

        // end
        // recipe
        var before = (await etcd.PutAsync(new EtcdOp.Put("foo", "bar") { PreviousValue = true })).Previous;

        // end
        await etcd.PutAsync("foo1", "bar1");
        await etcd.PutAsync("foo3", "bar3");

        // recipe
        var foo = (await etcd.GetAsync("foo")).First;

        // end
        // recipe
        var text = (await etcd.GetAsync("foo")).First?.Value.ToText();

        // end
        // recipe
        var range = await etcd.GetAsync(KeyRange.Between("foo", "foo3"));

        // end
        // recipe
        var prefix = await etcd.GetAsync(KeyRange.Prefix("foo"));

        // end
        // recipe
        var two = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("foo")) { Limit = 2 });

        // end
        // recipe
        var keys = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("foo")) { KeysOnly = true });

        // end
        await etcd.PutAsync("a", "123");
        await etcd.PutAsync("z", "789");

        // recipe
        var fromB = await etcd.GetAsync(KeyRange.From("b"));

        // end
        // recipe
        var deleted = (await etcd.DeleteAsync("foo")).Deleted;

        // end
        // recipe
        await etcd.DeleteAsync(KeyRange.Between("foo", "foo9"));

        // end
        await etcd.PutAsync("zoo", "val");

        // recipe
        var gone = (await etcd.DeleteAsync(new EtcdOp.Delete("zoo") { PreviousValue = true })).Previous;

        // end
        // recipe
        await etcd.DeleteAsync(KeyRange.Prefix("zoo"));

        // end
        // recipe
        await etcd.DeleteAsync(KeyRange.From("b"));

        // end
        Assert.Equal(("bar", "bar", "bar"), (before?.Value.ToText(), foo?.Value.ToText(), text));
        Assert.Equal((2, 3, 2, 3), (range.KeyValues.Length, prefix.KeyValues.Length, two.KeyValues.Length, keys.KeyValues.Length));
        Assert.Equal((4, 1, "val"), (fromB.KeyValues.Length, deleted, gone.Single().Value.ToText()));
        Assert.Equal("a", (await etcd.GetAsync(KeyRange.All)).KeyValues.Single().Key.ToText());
    }

    [Fact]
    public async Task Revisions_and_compaction()
    {
        var etcd = Client;
        var first = await etcd.PutAsync("foo", "bar");
        var last = await etcd.PutAsync("foo", "bar_new");
        var foo = (await etcd.GetAsync("foo")).First!;

        // recipe
        var (revision, version) = (foo.ModRevision, foo.Version);

        // end
        // recipe
        var old = await etcd.GetAsync(new EtcdOp.Get("foo") { Revision = first.Header.Revision });

        // end
        // recipe
        await etcd.CompactAsync(last.Header.Revision);

        // end
        var isCompacted = false;
        try
        {
            await etcd.GetAsync(new EtcdOp.Get("foo") { Revision = first.Header.Revision });
        }

        // recipe
        catch (EtcdException error) when (error.Kind == CoordinationErrorKind.Compacted)

        // end
        {
            isCompacted = true;
        }

        Assert.Equal((last.Header.Revision, 2, "bar", true), (revision, version, old.First!.Value.ToText(), isCompacted));
    }

    [Fact]
    public async Task Leases()
    {
        var etcd = Client;

        // recipe
        var lease = await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(10));

        // end
        // recipe
        await etcd.PutAsync("foo", "bar", lease.Id);

        // end
        // recipe
        var renewed = await etcd.KeepAliveAsync(lease.Id, TimeSpan.FromSeconds(3));

        // end
        // recipe
        var rest = (await etcd.GetLeaseAsync(lease.Id)).Remaining;

        // end
        // recipe
        var its = (await etcd.GetLeaseAsync(lease.Id, withKeys: true)).Keys;

        // end
        // recipe
        var all = await etcd.ListLeasesAsync();

        // end
        // recipe
        await etcd.RevokeLeaseAsync(lease.Id);

        // end
        Assert.Equal((10, "foo", lease.Id), (renewed.Ttl.TotalSeconds, its.Single().ToText(), all.Single()));
        Assert.InRange(rest.TotalSeconds, 8, 10);
        Assert.Equal(0, (await etcd.GetAsync("foo")).Count);
    }

    [Fact]
    public async Task Transactions_and_the_cluster()
    {
        var etcd = Client;

        // recipe
        var txn = await etcd.If(When.Missing("/cron/lock/job9")).Then(new EtcdOp.Put("/cron/lock/job9", "xxx")).Else(new EtcdOp.Get("/cron/lock/job9")).CommitAsync();

        // end
        // recipe
        var health = await etcd.CheckHealthAsync();

        // end
        // recipe
        var status = await etcd.GetStatusAsync();

        // end
        Assert.True(txn.Succeeded && health.IsHealthy && status.IsLeader);
    }

    [Fact]
    public async Task Write_see_what_was_there_read()
    {
        var etcd = Client;

        // recipe
        var put = await etcd.PutAsync(new EtcdOp.Put("/cron/jobs/job1", "bye") { PreviousValue = true });
        Console.WriteLine($"revision {put.Header.Revision}, before {put.Previous?.Value}");
        var get = await etcd.GetAsync(KeyRange.Prefix("/cron/jobs/"));
        Console.WriteLine($"{get.Count}: {string.Join(", ", get.KeyValues.Select(job => $"{job.Key}={job.Value}"))}");
        foreach (var job in (await etcd.DeleteAsync(new EtcdOp.Delete("/cron/jobs/job1") { PreviousValue = true })).Previous)
        {
            Console.WriteLine($"deleted {job.Key} {job.Value}");
        }

        // end
        Assert.Equal(1, get.Count);
        Assert.Equal(0, (await etcd.GetAsync(KeyRange.All)).Count);
    }

    [Fact]
    public async Task Operations_as_values()
    {
        var etcd = Client;

        // recipe
        EtcdOp write = new EtcdOp.Put("/cron/jobs/job8", "123123123");
        EtcdOp read = new EtcdOp.Get("/cron/jobs/job8");
        var written = await etcd.DoAsync(write);
        var found = (GetResult)await etcd.DoAsync(read);
        Console.WriteLine($"written at {written.Header.Revision}, read {found.First!.Value} of {found.First.ModRevision}");

        // end
        Assert.Equal(written.Header.Revision, found.First.ModRevision);
    }

    [Fact]
    public async Task A_key_on_a_lease_that_is_kept_alive()
    {
        var etcd = Client;

        // recipe
        await using var coordination = CoordinationSystem.Start(new CoordinationOptions { SessionTtl = TimeSpan.FromSeconds(10) }, etcd);
        await coordination.WaitUntilReadyAsync(TimeSpan.FromSeconds(5));
        await etcd.PutAsync("/cron/lock/job1", "", coordination.SessionLease);

        // end
        await coordination.DisposeAsync();
        Assert.Equal(0, (await etcd.GetAsync(KeyRange.All)).Count);
    }
}
