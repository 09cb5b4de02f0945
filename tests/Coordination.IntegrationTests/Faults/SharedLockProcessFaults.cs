namespace Coordination.IntegrationTests.Faults;

/// <summary>What happens to reader-writer locks and semaphores when their holder crashes, and when etcd itself hangs.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class SharedLockProcessFaults : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task Crashed_holders_are_replaced_within_the_TTL_and_a_second()
    {
        var holder = _etcd.StartSystem("holder", Ttl);
        await using var other = _etcd.StartSystem("other");
        var reader = await holder.ReaderWriterLock("/data").AcquireReadAsync(Limit);
        var permits = await holder.Semaphore("/pool", 3).AcquireAsync(2, Limit);
        var writing = other.ReaderWriterLock("/data").AcquireWriteAsync(Limit);
        var wanting = other.Semaphore("/pool", 3).AcquireAsync(2, Limit);
        var crashedAt = TimeProvider.System.GetTimestamp();

        await holder.AbortAsync();
        await using var writer = await writing;
        await using var next = await wanting;

        Assert.Equal((LossReason.Aborted, LossReason.Aborted), (reader.LossReason, permits.LossReason));
        Assert.InRange(TimeProvider.System.GetElapsedTime(crashedAt), TimeSpan.Zero, Ttl + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task When_etcd_hangs_for_longer_than_the_TTL_holders_are_told_before_anybody_else_gets_in_and_work_resumes_by_itself()
    {
        await using var holder = _etcd.StartSystem("holder", Ttl, requestTimeout: TimeSpan.FromSeconds(1));
        await using var other = _etcd.StartSystem("other", Ttl, requestTimeout: TimeSpan.FromSeconds(1));
        var reader = await holder.ReaderWriterLock("/data").AcquireReadAsync(Limit);
        var permits = await holder.Semaphore("/pool", 1).AcquireAsync(1, Limit);
        var writing = other.ReaderWriterLock("/data").AcquireWriteAsync(Limit);
        var wanting = other.Semaphore("/pool", 1).AcquireAsync(1, Limit);

        _etcd.Pause();
        await reader.Lost.CancelledAsync();
        await permits.Lost.CancelledAsync();
        Assert.False(writing.IsCompleted || wanting.IsCompleted);
        _etcd.Resume();
        await using var writer = await writing;
        await using var next = await wanting;
        await using var again = await holder.ReaderWriterLock("/other").AcquireWriteAsync(Limit);

        Assert.Equal((LossReason.Expired, LossReason.Expired), (reader.LossReason, permits.LossReason));
        Assert.True(writer.Token > reader.Token && next.Token > permits.Token);
    }
}
