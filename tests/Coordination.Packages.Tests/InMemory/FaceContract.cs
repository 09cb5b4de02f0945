using Coordination.Etcd;
using Coordination.InMemory;

namespace Coordination.Packages.Tests.InMemory;

public sealed class FaceOnEmbedded(EmbeddedFixture fixture) : ServerFaceContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class FaceOnRealEtcd(RealEtcdFixture fixture) : ServerFaceContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What stands in for etcd in users' unit tests keeps what users rely on: the same tests as against etcd.</summary>
public sealed class FaceInMemory : FaceContract
{
    private readonly InMemoryCoordination _coordination = new();

    protected override string Name => "/face";

    protected override Task<Faces> StartAsync() => Task.FromResult(new Faces(_coordination, _coordination, _coordination, _coordination, (key, value) =>
    {
        _coordination.Put(key, value);
        return Task.CompletedTask;
    }));
}

public abstract class ServerFaceContract(ServerFixture fixture) : FaceContract, IAsyncLifetime
{
    private readonly CoordinationSystem _system = fixture.Server.StartSystem();

    protected override string Name { get; } = $"/face/{Guid.NewGuid():N}";

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.DisposeAsync().AsTask();

    protected override async Task<Faces> StartAsync()
    {
        await _system.WaitUntilReadyAsync(TimeSpan.FromSeconds(20));
        return new Faces(_system, _system, _system, _system, (key, value) => _system.Etcd.PutAsync(new EtcdOp.Put(key, value)));
    }
}

/// <summary>What is injected, and how a key is put.</summary>
public sealed record Faces(ILocks Locks, IElections Elections, IServiceRegistry Services, IWatches Watches, Func<Bytes, Bytes, Task> Put);

/// <summary>What users rely on, through the interfaces alone.</summary>
public abstract class FaceContract
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    protected abstract string Name { get; }

    protected abstract Task<Faces> StartAsync();

    [Fact]
    public async Task A_holder_is_asked_to_yield_and_nothing_happens_by_itself()
    {
        var it = (await StartAsync()).Locks.Lock(Name + "/yield");
        Assert.False(await it.RequestYieldAsync());
        await using var first = await it.AcquireAsync(Limit);
        Assert.False(first.YieldRequested.IsCancellationRequested);
        var waiting = it.AcquireAsync(Limit);

        Assert.True(await it.RequestYieldAsync());
        await first.YieldRequested.CancelledAsync();
        Assert.True(first.IsHeld && !first.Lost.IsCancellationRequested);
        await first.ReleaseAsync();

        await using var second = await waiting;
        Assert.False(second.YieldRequested.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lock_has_one_holder_at_a_time_and_tokens_grow_in_the_order_of_the_line()
    {
        var it = (await StartAsync()).Locks.Lock(Name);
        var first = await it.AcquireAsync(Limit);

        Assert.Null(await it.TryAcquireAsync());
        Assert.Null(await it.TryAcquireAsync(Short));
        var late = await Assert.ThrowsAsync<LockTimeoutException>(() => it.AcquireAsync(Short));
        Assert.Equal(first.Token, late.Holder!.Token);
        Assert.Equal((Name, first.Token, EtcdCompare.Unchanged(Name, new Revision(first.Token))), (first.Name, first.Floor, first.Guard));
        using var cancel = new CancellationTokenSource();
        var withdrawn = it.AcquireAsync(cancellationToken: cancel.Token);
        var second = it.AcquireAsync(Limit);
        var third = it.AcquireAsync(Limit);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        await first.ReleaseAsync();

        Assert.True((await second).Token > first.Token);
        Assert.Equal((false, LossReason.Released, TimeSpan.Zero, false), (first.IsHeld, first.LossReason!.Value, first.ValidFor, first.Lost.IsCancellationRequested));
        Assert.False(third.IsCompleted);
        await (await second).DisposeAsync();
        Assert.True((await third).Token > (await second).Token);
        await (await third).ReleaseAsync();
        await (await third).ReleaseAsync();
        Assert.Null(await it.GetHolderAsync());
    }

    [Fact]
    public async Task Readers_are_in_together_and_a_writer_alone_and_nobody_overtakes()
    {
        var it = (await StartAsync()).Locks.ReaderWriterLock(Name);
        var one = await it.AcquireReadAsync(Limit);
        var two = await it.AcquireReadAsync(Limit);

        var writer = it.AcquireWriteAsync(Limit);
        Assert.Null(await it.TryAcquireWriteAsync());
        await one.ReleaseAsync();
        Assert.False(writer.IsCompleted);
        await two.ReleaseAsync();
        var held = await writer;

        Assert.Equal((0, 0, held.Token), (one.Floor, two.Floor, held.Floor));
        Assert.Null(await it.TryAcquireReadAsync());
        await held.ReleaseAsync();
        Assert.Empty(await it.GetLineAsync());
    }

    [Fact]
    public async Task A_semaphore_gives_as_many_permits_as_it_has_and_all_must_say_the_same_number()
    {
        var locks = (await StartAsync()).Locks;
        var it = locks.Semaphore(Name, 3);
        var two = await it.AcquireAsync(2, Limit);

        Assert.Null(await it.TryAcquireAsync(2));
        var one = await it.TryAcquireAsync(1, Limit);
        await Assert.ThrowsAsync<SemaphoreLimitException>(() => locks.Semaphore(Name, 4).TryAcquireAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => it.AcquireAsync(4));
        await two.ReleaseAsync();
        await one!.ReleaseAsync();

        Assert.NotNull(await locks.Semaphore(Name, 4).TryAcquireAsync(4, Limit));
    }

    [Fact]
    public async Task Several_locks_are_acquired_together_or_not_at_all()
    {
        var locks = (await StartAsync()).Locks;
        var it = locks.MultiLock(Name + "/b", Name + "/a");
        var other = await locks.Lock(Name + "/b").AcquireAsync(Limit);

        Assert.Null(await it.TryAcquireAsync());
        await Assert.ThrowsAsync<LockTimeoutException>(() => it.AcquireAsync(Short));
        await (await locks.Lock(Name + "/a").AcquireAsync(Limit)).ReleaseAsync();
        await other.ReleaseAsync();
        await using var all = await it.AcquireAsync(Limit);

        Assert.Equal([Name + "/a", Name + "/b"], all.Handles.Select(handle => handle.Name));
        Assert.True(all.IsHeld && all.Guards.Length == 2);
        Assert.Null(await locks.Lock(Name + "/a").TryAcquireAsync());
    }

    [Fact]
    public async Task Candidates_lead_one_after_the_other_and_observers_are_told()
    {
        var it = (await StartAsync()).Elections.Election(Name);
        var first = await it.CampaignAsync("one", new CampaignOptions { Name = "one" });
        await using var told = it.ObserveAsync().GetAsyncEnumerator();
        await UntilAsync("one");

        var second = it.CampaignAsync("two", new CampaignOptions { Name = "two" });
        await first.ProclaimAsync("one, on");
        await UntilAsync("one, on");
        Assert.False(second.IsCompleted);
        Assert.False(await it.RequestTransferAsync("nobody"));
        await first.ResignAsync();
        await UntilAsync("two");

        Assert.True((await second).IsLeader && !first.IsLeader && (await second).Term > first.Term);
        Assert.Equal("two", (await it.GetLeaderAsync())!.Value.ToText());
        Assert.Equal("two", Assert.Single(await it.GetCandidatesAsync()).Name);
        await (await second).DisposeAsync();

        async Task UntilAsync(string value)
        {
            do
            {
                Assert.True(await told.MoveNextAsync().AsTask().WaitAsync(Limit));
            }
            while (told.Current.Leader?.Value.ToText() != value);
        }
    }

    [Fact]
    public async Task Work_runs_while_leading_and_ends_with_its_token()
    {
        var it = (await StartAsync()).Elections.Election(Name);
        using var end = new CancellationTokenSource();
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var working = it.RunWhileLeaderAsync("me", async (_, stop) =>
        {
            began.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }, cancellationToken: end.Token);
        await began.Task.WaitAsync(Limit);
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working.WaitAsync(Limit));
        Assert.Empty(await it.GetCandidatesAsync());
        await it.RunWhileLeaderAsync("me", (_, _) => Task.CompletedTask).WaitAsync(Limit);
    }

    [Fact]
    public async Task What_is_registered_is_found_and_its_changes_are_told()
    {
        var services = (await StartAsync()).Services;
        var service = Name.Replace('/', '-');
        using var view = services.Discover(service);
        await using var told = view.ChangesAsync().GetAsyncEnumerator();
        Assert.True(await told.MoveNextAsync().AsTask().WaitAsync(Limit));
        Assert.Empty(Assert.IsType<ServiceChange.Resynced>(told.Current).View.Instances);

        var registration = services.Register(new ServiceInstance { Service = service, Host = "h", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        Assert.Throws<InvalidOperationException>(() => services.Register(registration.Instance));
        Assert.Equal("h:1", Assert.IsType<ServiceChange.Up>(await NextAsync()).Instance.Address);
        await registration.SetStateAsync(InstanceState.Draining);
        Assert.Equal(InstanceState.Draining, Assert.IsType<ServiceChange.Changed>(await NextAsync()).Instance.State);
        Assert.Equal(InstanceState.Draining, Assert.Single(view.Current.Instances).State);
        await Assert.ThrowsAsync<ArgumentException>(() => registration.UpdateAsync(instance => instance with { Port = 2 }));
        await registration.DeregisterAsync();

        Assert.IsType<ServiceChange.Down>(await NextAsync());
        Assert.Equal(RegistrationState.Deregistered, registration.State);
        await Assert.ThrowsAsync<CoordinationException>(() => registration.SetStateAsync(InstanceState.Serving));

        async Task<ServiceChange> NextAsync()
        {
            Assert.True(await told.MoveNextAsync().AsTask().WaitAsync(Limit));
            return told.Current;
        }
    }

    [Fact]
    public async Task A_watch_begins_with_what_is_there_and_goes_on_with_what_happens()
    {
        var it = await StartAsync();
        await it.Put(Name + "/a", "1");
        await using var told = it.Watches.Watch(KeyRange.Prefix(Name + "/")).GetAsyncEnumerator();
        Assert.True(await told.MoveNextAsync().AsTask().WaitAsync(Limit));
        Assert.Equal("1", Assert.Single(Assert.IsType<WatchEvent.Snapshot>(told.Current).KeyValues).Value.ToText());

        await it.Put(Name + "/a", "2");

        Assert.True(await told.MoveNextAsync().AsTask().WaitAsync(Limit));
        Assert.Equal("2", Assert.Single(Assert.IsType<WatchEvent.Changed>(told.Current).Events).Current.Value.ToText());
    }
}
