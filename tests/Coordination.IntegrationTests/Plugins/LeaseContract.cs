using Akka.Coordination;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Coordination.Plugins;

namespace Coordination.IntegrationTests.Plugins;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LeaseOnEmbedded(EmbeddedFixture fixture) : LeaseContract(fixture), IClassFixture<EmbeddedFixture>;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LeaseOnRealEtcd(RealEtcdFixture fixture) : LeaseContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What Akka asks of a lease. The owners are in actor systems of their own, as on different nodes.</summary>
public abstract class LeaseContract(ServerFixture fixture) : IAsyncLifetime
{
    private readonly string _name = $"lease-{Guid.NewGuid():N}";
    private readonly List<ActorSystem> _started = [];
    private ActorSystem _a = null!;
    private ActorSystem _b = null!;

    private Uri Endpoint => fixture.Server.Endpoint;

    public Task InitializeAsync()
    {
        _a = Start(Endpoint);
        _b = Start(Endpoint);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.WhenAll(_started.Select(actors => actors.Terminate()));

    [Fact]
    public async Task A_free_lease_is_acquired_and_its_key_names_the_owner()
    {
        var lease = _a.Lease(_name, "node-a:4053");
        Assert.False(lease.CheckLease());

        Assert.True(await lease.Acquire().InTime());

        Assert.True(lease.CheckLease());
        Assert.Equal($"akka/leases/{_name}", lease.Key.ToString());
        await using var system = fixture.Server.StartSystem();
        Assert.Equal(("node-a:4053", lease.Current!.Token), await system.Lock($"akka/leases/{_name}").GetHolderAsync() is { } holder ? (holder.Owner, holder.Token) : default);
    }

    [Fact]
    public async Task The_same_owner_acquires_it_again()
    {
        var lease = _a.Lease(_name, "a");
        Assert.True(await lease.Acquire().InTime());
        var token = lease.Current!.Token;

        Assert.True(await lease.Acquire().InTime());
        Assert.True(await _a.Lease(_name, "a").Acquire().InTime());
        Assert.Equal(token, lease.Current!.Token);
    }

    [Fact]
    public async Task The_same_lease_loaded_under_another_path_is_the_same_lease()
    {
        var actors = Start(Endpoint, PluginActors.LeaseAt("other-path", "3s"));
        Assert.True(await actors.Lease(_name, "a").Acquire().InTime());

        var again = actors.Lease(_name, "a", "other-path");

        Assert.True(again.CheckLease());
        Assert.True(await again.Acquire().InTime());
        Assert.False(await actors.Lease(_name, "b", "other-path").Acquire().InTime());
    }

    [Fact]
    public async Task Another_owner_does_not_acquire_what_is_held()
    {
        Assert.True(await _a.Lease(_name, "a").Acquire().InTime());
        var other = _b.Lease(_name, "b");

        Assert.False(await other.Acquire().InTime());
        Assert.False(other.CheckLease());
        Assert.True(_a.Lease(_name, "a").CheckLease());
    }

    [Fact]
    public async Task Of_many_owners_that_acquire_at_once_one_does()
    {
        var owners = Enumerable.Range(0, 10).Select(n => (n % 2 == 0 ? _a : _b).Lease(_name, $"owner-{n}")).ToList();

        var acquired = await Task.WhenAll(owners.Select(owner => owner.Acquire())).InTime();

        Assert.Single(acquired, true);
        Assert.Equal(acquired, owners.Select(owner => owner.CheckLease()));
    }

    [Fact]
    public async Task A_released_lease_is_acquired_by_another_owner_with_a_larger_token()
    {
        var (lease, other) = (_a.Lease(_name, "a"), _b.Lease(_name, "b"));
        Assert.True(await lease.Acquire().InTime());
        var token = lease.Current!.Token;

        Assert.True(await lease.Release().InTime());

        Assert.False(lease.CheckLease());
        Assert.Null(lease.Current);
        Assert.True(await other.Acquire().InTime());
        Assert.True(other.Current!.Token > token);
    }

    [Fact]
    public async Task A_release_by_an_owner_that_does_not_hold_it_is_true_and_changes_nothing()
    {
        var (lease, other) = (_a.Lease(_name, "a"), _b.Lease(_name, "b"));
        Assert.True(await other.Release().InTime());
        Assert.True(await lease.Acquire().InTime());

        Assert.True(await other.Release().InTime());

        Assert.True(lease.CheckLease());
        Assert.False(await other.Acquire().InTime());
    }

    [Fact]
    public async Task It_is_acquired_again_while_it_is_still_being_released()
    {
        var lease = _a.Lease(_name, "a");
        Assert.True(await lease.Acquire().InTime());
        var token = lease.Current!.Token;

        var releasing = lease.Release();
        var acquiring = lease.Acquire();
        var done = await Task.WhenAll(releasing, acquiring).InTime();

        Assert.Equal([true, true], done);
        Assert.True(lease.CheckLease());
        Assert.True(lease.Current!.Token > token);
    }

    [Fact]
    public async Task A_loss_is_told_once_and_the_lease_can_be_acquired_again()
    {
        var lease = _a.Lease(_name, "a");
        var (told, count) = (new Seen<Exception>(), 0);
        Assert.True(await lease.Acquire(reason =>
        {
            Interlocked.Increment(ref count);
            told.Set(reason);
        }).InTime());
        await using var etcd = fixture.Server.CreateClient();

        await etcd.RevokeLeaseAsync(lease.Current!.Lease);
        var reason = await told.Value;

        Assert.False(lease.CheckLease());
        Assert.Contains(_name, reason.Message, StringComparison.Ordinal);
        Assert.IsType<LeaseException>(reason);
        await etcd.UntilGoneAsync(lease.Key);
        Assert.True(await UntilAcquiredAsync(lease));
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task The_callback_that_was_given_last_is_told()
    {
        var lease = _a.Lease(_name, "a");
        var (first, last) = (new Seen<Exception>(), new Seen<Exception>());
        Assert.True(await lease.Acquire(first.Set).InTime());
        Assert.True(await lease.Acquire(last.Set).InTime());
        await using var etcd = fixture.Server.CreateClient();

        await etcd.RevokeLeaseAsync(lease.Current!.Lease);
        await last.Value;

        Assert.False(first.IsSet);
    }

    [Fact]
    public async Task A_release_is_not_told_as_a_loss()
    {
        var (lease, other) = (_a.Lease(_name, "a"), new Seen<Exception>());
        Assert.True(await lease.Acquire(other.Set).InTime());
        Assert.True(await lease.Release().InTime());
        var next = new Seen<Exception>();
        Assert.True(await lease.Acquire(next.Set).InTime());
        await using var etcd = fixture.Server.CreateClient();

        await etcd.RevokeLeaseAsync(lease.Current!.Lease);
        await next.Value;

        Assert.False(other.IsSet);
    }

    [Fact]
    public async Task A_holder_cut_off_from_etcd_is_told_before_another_owner_acquires_it()
    {
        await using var proxy = new TcpProxy(Endpoint);
        var (lease, other) = (Start(proxy.Endpoint).Lease(_name, "cut off"), _b.Lease(_name, "b"));
        var told = new Seen<bool>();
        Assert.True(await lease.Acquire(_ => told.Set(!other.CheckLease())).InTime());

        proxy.BlackHole(true);
        Assert.True(await UntilAcquiredAsync(other));

        Assert.True(told.IsSet);
        Assert.True(await told.Value, "It was told after another one had it.");
        Assert.False(lease.CheckLease());
        proxy.BlackHole(false);
        proxy.CutAll();
    }

    [Fact]
    public async Task Many_leases_live_on_one_session_and_those_with_other_times_on_another()
    {
        var names = Enumerable.Range(0, 50).Select(n => $"{_name}-{n}").ToList();
        var leases = names.Select(name => _a.Lease(name, "a")).ToList();
        Assert.All(await Task.WhenAll(leases.Select(lease => lease.Acquire())).InTime(), Assert.True);

        var session = Assert.Single(leases.Select(lease => lease.Current!.Lease).Distinct());

        await using var etcd = fixture.Server.CreateClient();
        Assert.Equal(TimeSpan.FromSeconds(3), (await etcd.GetLeaseAsync(session)).Granted);
        Assert.NotEqual(session, CoordinationExtension.For(_a).System.SessionLease);
        var longer = Start(Endpoint, PluginActors.LeaseAt("longer", "7s")).Lease(_name, "c", "longer");
        Assert.True(await longer.Acquire().InTime());
        Assert.Equal(TimeSpan.FromSeconds(7), (await etcd.GetLeaseAsync(longer.Current!.Lease)).Granted);
    }

    [Fact]
    public async Task Without_etcd_acquiring_ends_with_the_operation_timeout_and_says_why()
    {
        var actors = Start(new Uri("http://127.0.0.1:1"), $"{PluginActors.LeasePath}.lease-operation-timeout = 500ms");
        var began = TimeProvider.System.GetTimestamp();

        var error = await Assert.ThrowsAsync<LeaseTimeoutException>(() => actors.Lease(_name, "a").Acquire().InTime());

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(2));
        Assert.All([_name, "http://127.0.0.1:1", "0.5 s"], text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.False(actors.Lease(_name, "a").CheckLease());
    }

    [Fact]
    public async Task An_acquisition_that_is_not_answered_times_out_and_leaves_no_key_behind()
    {
        await using var proxy = new TcpProxy(Endpoint);
        var lease = Start(proxy.Endpoint, $"{PluginActors.LeasePath}.lease-operation-timeout = 1s").Lease(_name, "a");
        Assert.True(await lease.Acquire().InTime());
        Assert.True(await lease.Release().InTime());

        proxy.DropReplies = true;
        await Assert.ThrowsAsync<LeaseTimeoutException>(() => lease.Acquire().InTime());
        proxy.DropReplies = false;
        proxy.CutAll();

        await using var etcd = fixture.Server.CreateClient();
        await etcd.UntilGoneAsync(lease.Key);
        Assert.True(await UntilAcquiredAsync(_b.Lease(_name, "b")));
    }

    [Fact]
    public async Task A_release_that_is_not_answered_times_out_and_is_done_all_the_same()
    {
        await using var proxy = new TcpProxy(Endpoint);
        var lease = Start(proxy.Endpoint, $"{PluginActors.LeasePath}.lease-operation-timeout = 500ms").Lease(_name, "a");
        Assert.True(await lease.Acquire().InTime());

        proxy.DropReplies = true;
        await Assert.ThrowsAsync<LeaseTimeoutException>(() => lease.Release().InTime());
        Assert.False(lease.CheckLease());
        proxy.DropReplies = false;
        proxy.CutAll();

        await using var etcd = fixture.Server.CreateClient();
        await etcd.UntilGoneAsync(lease.Key);
    }

    [Fact]
    public async Task What_nobody_released_runs_out_after_the_end_of_the_actor_system_and_what_was_released_is_gone()
    {
        var actors = Start(Endpoint);
        var (kept, released) = (actors.Lease(_name, "node"), actors.Lease($"{_name}-released", "node"));
        Assert.True(await kept.Acquire().InTime());
        Assert.True(await released.Acquire().InTime());
        Assert.True(await released.Release().InTime());
        var session = kept.Current!.Lease;

        await actors.Terminate().InTime();

        await using var etcd = fixture.Server.CreateClient();
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(released.Key))).First);
        Assert.DoesNotContain(session, await etcd.ListLeasesAsync());
        Assert.False(await _b.Lease(_name, "b").Acquire().InTime());
        Assert.Contains("node", (await etcd.GetAsync(new EtcdOp.Get(kept.Key))).First!.Value.ToText(), StringComparison.Ordinal);
        await etcd.UntilGoneAsync(kept.Key);
        Assert.True(await UntilAcquiredAsync(_b.Lease(_name, "b")));
    }

    [Fact]
    public async Task Names_that_are_too_long_and_times_out_of_range_are_refused_with_all_problems()
    {
        var actors = Start(Endpoint, $"bad = {{ lease-class = \"{typeof(EtcdLease).AssemblyQualifiedName}\", heartbeat-timeout = 1s, heartbeat-interval = 100ms, key-prefix = \"\" }}");

        var error = Assert.ThrowsAny<Exception>(() => actors.Lease(new string('n', 2000), new string('o', 300), "bad")).GetBaseException();

        Assert.IsType<ArgumentException>(error);
        Assert.All(
            ["2000 bytes, allowed are 1024", "300 characters, allowed are 1 to 256", "heartbeat-timeout is '00:00:01'", "key-prefix"],
            text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.True(await _a.Lease(new string('n', 1000), "a").Acquire().InTime());
    }

    [Fact]
    public void A_class_that_does_not_exist_is_named()
    {
        var actors = Start(Endpoint, "unknown = { lease-class = \"Coordination.Plugins.NoLease, Coordination\", heartbeat-timeout = 3s, heartbeat-interval = 1s }");

        var error = Assert.ThrowsAny<Exception>(() => actors.Lease(_name, "a", "unknown")).GetBaseException();

        Assert.Contains("NoLease", error.Message, StringComparison.Ordinal);
    }

    private ActorSystem Start(Uri endpoint, string more = "")
    {
        var actors = PluginActors.StartShort(endpoint, more);
        _started.Add(actors);
        return actors;
    }

    /// <summary>Asks as Akka does: again, until it is free.</summary>
    private static async Task<bool> UntilAcquiredAsync(EtcdLease lease)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!await lease.Acquire())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }

        return true;
    }
}
