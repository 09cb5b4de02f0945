using Coordination.Etcd;

namespace Coordination.IntegrationTests.Faults;

/// <summary>What happens to locks when the etcd process itself is stopped, killed and started again.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class EtcdProcessFaults : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task When_etcd_hangs_for_longer_than_the_TTL_the_holder_is_told_before_anybody_else_acquires_and_work_resumes_by_itself()
    {
        await using var holder = _etcd.StartSystem("holder", TimeSpan.FromSeconds(2), requestTimeout: TimeSpan.FromSeconds(1));
        await using var other = _etcd.StartSystem("other", TimeSpan.FromSeconds(2), requestTimeout: TimeSpan.FromSeconds(1));
        var handle = await holder.Lock("/job").AcquireAsync(Limit);
        var waiting = other.Lock("/job").AcquireAsync(Limit);

        _etcd.Pause();
        await handle.Lost.CancelledAsync();
        Assert.False(waiting.IsCompleted);
        _etcd.Resume();
        await using var next = await waiting;
        await using var again = await holder.Lock("/job2").AcquireAsync(Limit);

        Assert.Equal(LossReason.Expired, handle.LossReason);
        Assert.True(next.Token > handle.Token);
        Assert.True(again.IsHeld);
    }

    [Fact]
    public async Task When_etcd_is_killed_and_started_again_within_the_TTL_the_lock_stays_held_and_waiters_are_still_served()
    {
        await using var holder = _etcd.StartSystem("holder", TimeSpan.FromSeconds(20), requestTimeout: TimeSpan.FromSeconds(1));
        await using var other = _etcd.StartSystem("other", TimeSpan.FromSeconds(20), requestTimeout: TimeSpan.FromSeconds(1));
        var handle = await holder.Lock("/job").AcquireAsync(Limit);
        var waiting = other.Lock("/job").AcquireAsync(Limit);
        await using var direct = _etcd.CreateClient();

        await _etcd.KillAsync();
        await _etcd.StartProcessAsync();

        Assert.True(handle.IsHeld);
        Assert.Equal(handle.Token, (await direct.GetAsync(new EtcdOp.Get("/job"))).First!.ModRevision.Value);
        await handle.ReleaseAsync();
        await using var next = await waiting;
        Assert.True(next.Token > handle.Token);
    }

    [Fact]
    public async Task A_crashed_holder_is_replaced_within_the_TTL_and_a_second()
    {
        var ttl = TimeSpan.FromSeconds(3);
        var holder = _etcd.StartSystem("holder", ttl);
        await using var other = _etcd.StartSystem("other");
        var handle = await holder.Lock("/job").AcquireAsync(Limit);
        var waiting = other.Lock("/job").AcquireAsync(Limit);
        var crashedAt = TimeProvider.System.GetTimestamp();

        await holder.AbortAsync();
        await using var next = await waiting;

        Assert.Equal(LossReason.Aborted, handle.LossReason);
        // etcd looks for expired leases twice a second, and then it still has to agree on the revocation: half a second alone is its own.
        Assert.InRange(TimeProvider.System.GetElapsedTime(crashedAt), TimeSpan.Zero, ttl + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_shell_loop_with_etcdctl_on_the_same_key_excludes_us_and_is_excluded()
    {
        const string acquire = "create(\"/job\") = \"0\"\n\nput /job shell\n\nget /job\n\n";
        await using var system = _etcd.StartSystem("ours");
        await using var handle = await system.Lock("/job").AcquireAsync(Limit);

        var refused = await Etcdctl.RunAsync(_etcd.Endpoint, acquire, "txn");
        await handle.ReleaseAsync();
        var taken = await Etcdctl.RunAsync(_etcd.Endpoint, acquire, "txn");
        var ours = await system.Lock("/job").TryAcquireAsync();
        var waiting = system.Lock("/job").AcquireAsync(Limit);
        await Etcdctl.QueryAsync(_etcd.Endpoint, "del", "/job");
        await using var after = await waiting;

        Assert.StartsWith("FAILURE", refused, StringComparison.Ordinal);
        Assert.Contains("\"owner\":\"ours\"", refused, StringComparison.Ordinal);
        Assert.StartsWith("SUCCESS", taken, StringComparison.Ordinal);
        Assert.Null(ours);
    }

    [Fact]
    public async Task Waiting_for_readiness_names_the_endpoint_that_cannot_be_reached()
    {
        await using var system = _etcd.StartSystem(endpoint: new Uri("http://127.0.0.1:1"));

        var error = await Assert.ThrowsAsync<CoordinationException>(() => system.WaitUntilReadyAsync(TimeSpan.FromMilliseconds(300)));

        Assert.Equal(CoordinationErrorKind.Unavailable, error.Kind);
        Assert.Contains("http://127.0.0.1:1", error.Message, StringComparison.Ordinal);
    }
}
