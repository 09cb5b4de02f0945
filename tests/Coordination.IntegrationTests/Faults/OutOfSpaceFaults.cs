using Coordination.Chaos;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Faults;

/// <summary>A real etcd that has reached its quota.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class OutOfSpaceFaults : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync("--quota-backend-bytes", "1000000");

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task While_etcd_is_out_of_space_holders_survive_and_release_and_acquisitions_fail_with_that_kind_and_afterwards_all_is_as_before()
    {
        await using var etcd = _etcd.CreateClient();
        await using var system = _etcd.StartSystem("holder", Ttl);
        await using var handle = await system.Lock("/kept").AcquireAsync(Limit);
        var released = await system.Lock("/released").AcquireAsync(Limit);
        await FillAsync(etcd);

        var askedAt = Stamp.Now;
        var ofTry = await Assert.ThrowsAsync<EtcdException>(() => system.Lock("/other").TryAcquireAsync());
        var ofWait = await Assert.ThrowsAsync<EtcdException>(() => system.Lock("/other").AcquireAsync());
        var took = Stamp.Between(askedAt, Stamp.Now);
        await released.ReleaseAsync();
        await Stamp.PassAsync(Ttl);

        Assert.Equal(CoordinationErrorKind.NoSpace, ofTry.Kind);
        Assert.Equal(CoordinationErrorKind.NoSpace, ofWait.Kind);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get("/released"))).First);
        Assert.True(handle.IsHeld);

        await CleanUpAsync(etcd);
        await using var next = await system.Lock("/other").AcquireAsync(Limit);
        Assert.True(next.IsHeld);
        Assert.True(handle.IsHeld);
    }

    private static async Task FillAsync(EtcdClient etcd)
    {
        var value = new byte[100_000];
        Random.Shared.NextBytes(value);
        var error = await Record.ExceptionAsync(async () =>
        {
            // etcd looks at the size of its file, which grows when it commits, every 100 ms: a fast machine gets far beyond the quota before that.
            for (var n = 0; n < 3000; n++)
            {
                await etcd.PutAsync(new EtcdOp.Put($"/fill/{n % 100}", value));
            }
        });
        Assert.Equal(CoordinationErrorKind.NoSpace, Assert.IsType<EtcdException>(error).Kind);
    }

    /// <summary>What an operator does.</summary>
    private async Task CleanUpAsync(EtcdClient etcd)
    {
        var deleted = await etcd.DeleteAsync(new EtcdOp.Delete(KeyRange.Prefix("/fill/")));
        await etcd.CompactAsync(deleted.Header.Revision, physical: true);
        await Etcdctl.QueryAsync(_etcd.Endpoint, "defrag");
        await Etcdctl.QueryAsync(_etcd.Endpoint, "alarm", "disarm");
    }
}
