namespace Coordination.IntegrationTests.Contracts;

public sealed class StoppedOnEmbedded(EmbeddedFixture fixture) : StoppedContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class StoppedOnRealEtcd(RealEtcdFixture fixture) : StoppedContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a system answers after its end: on every path the same.</summary>
public abstract class StoppedContract(ServerFixture fixture) : ServerContract(fixture, "stopped")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_request_is_told_that_the_system_has_stopped()
    {
        var system = Server.StartSystem();
        await system.WaitUntilReadyAsync(Limit);
        await system.DisposeAsync();

        foreach (var request in (Func<Task>[])
        [
            () => system.WaitUntilReadyAsync(Limit),
            () => system.Lock(Name).AcquireAsync(),
            () => system.Lock(Name).TryAcquireAsync(),
            () => system.Lock(Name).TryAcquireAsync(TimeSpan.FromSeconds(1)),
            () => system.Lock(Name).GetHolderAsync(),
            () => system.Lock(Name).RequestYieldAsync(),
            () => system.CommitAsync(_ => new Etcd.EtcdOp.Txn()),
            () => system.ReaderWriterLock(Name).AcquireReadAsync(),
            () => system.ReaderWriterLock(Name).TryAcquireWriteAsync(),
            () => system.ReaderWriterLock(Name).GetLineAsync(),
            () => system.Semaphore(Name, 2).AcquireAsync(),
            () => system.Semaphore(Name, 2).GetLineAsync(),
            () => system.MultiLock(Name, Name + "2").AcquireAsync(),
            () => system.Election(Name).CampaignAsync("me"),
            () => system.Election(Name).RunWhileLeaderAsync("me", (_, _) => Task.CompletedTask),
            () => system.Election(Name).GetLeaderAsync(),
            () => system.Election(Name).GetCandidatesAsync(),
            () => system.Election(Name).GetStrayKeysAsync(),
            () => system.Election(Name).RequestTransferAsync("me"),
            () => system.Election(Name).ObserveAsync().GetAsyncEnumerator().MoveNextAsync().AsTask(),
            () => system.Watch(Name).GetAsyncEnumerator().MoveNextAsync().AsTask(),
            () => Task.FromResult(system.Discover("greeter")),
            () => Task.FromResult(system.Register(new ServiceInstance { Service = "greeter", Host = "h", Port = 1 })),
            () => Task.FromResult(system.Actor),
        ])
        {
            var error = await Assert.ThrowsAsync<CoordinationException>(request);
            Assert.Equal(CoordinationErrorKind.Stopped, error.Kind);
            Assert.Contains("has stopped", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_waits_when_it_stops_is_told_so()
    {
        var system = Server.StartSystem();
        await using var other = Server.StartSystem("other");
        await using var held = await other.Lock(Name).AcquireAsync(Limit);
        await using var leads = await other.Election(Name).CampaignAsync("other");
        var handle = await system.Lock(Name + "/own").AcquireAsync(Limit);
        var waiting = (Task[])[system.Lock(Name).AcquireAsync(), system.Election(Name).CampaignAsync("me")];

        await system.DisposeAsync();

        foreach (var request in waiting)
        {
            Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => request)).Kind);
        }

        // What was held is gone with the system; giving it back is no error.
        await handle.ReleaseAsync();
        await handle.DisposeAsync();
        await system.DisposeAsync();
    }
}
