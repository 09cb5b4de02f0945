using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Packages.Tests.DistributedLock;

public sealed class DistributedLockOnEmbedded(EmbeddedFixture fixture) : DistributedLockContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class DistributedLockOnRealEtcd(RealEtcdFixture fixture) : DistributedLockContract(fixture), IClassFixture<RealEtcdFixture>;

// <program>
/// <summary>A program that knows DistributedLock.Core and nothing of Coordination.</summary>
internal sealed class Reports(IDistributedLockProvider locks, IDistributedReaderWriterLockProvider documents, IDistributedSemaphoreProvider printers)
{
    public async Task<string> PrintAsync(string name, CancellationToken stop)
    {
        await using var handle = await locks.TryAcquireLockAsync($"reports/{name}", TimeSpan.FromMilliseconds(100), stop);
        if (handle is null)
        {
            return "somebody else prints it";
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, handle.HandleLostToken);
        await using var reading = await documents.AcquireReadLockAsync("documents", TimeSpan.FromSeconds(10), end.Token);
        await using var printer = await printers.CreateSemaphore("printers", 2).AcquireAsync(TimeSpan.FromSeconds(10), end.Token);
        return $"printed {name}";
    }
}

// </program>

/// <summary>What a program that is written for DistributedLock.Core finds on etcd.</summary>
public abstract class DistributedLockContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    private readonly string _name = $"/distributedlock/{Guid.NewGuid():N}";

    [Fact]
    public async Task A_program_that_is_written_for_its_interfaces_runs_unchanged()
    {
        using var host = await StartAsync();
        var reports = ActivatorUtilities.CreateInstance<Reports>(host.Services);
        var locks = host.Services.GetRequiredService<ILocks>();

        Assert.Equal("printed q1", await reports.PrintAsync("q1", CancellationToken.None));
        await using (await locks.Lock("reports/q1").AcquireAsync(Limit))
        {
            Assert.Equal("somebody else prints it", await reports.PrintAsync("q1", CancellationToken.None));
        }

        await using (await locks.ReaderWriterLock("documents").AcquireReadAsync(Limit))
        await using (await locks.Semaphore("printers", 2).AcquireAsync(1, Limit))
        {
            Assert.Equal("printed q1", await reports.PrintAsync("q1", CancellationToken.None));
        }

        await host.StopAsync();
    }

    [Fact]
    public async Task A_lock_excludes_waits_times_out_and_is_told_when_it_is_lost()
    {
        await using var system = fixture.Server.StartSystem();
        var it = new EtcdDistributedSynchronizationProvider(system).CreateLock(_name);
        var handle = await it.AcquireAsync(Limit);

        Assert.Equal(_name, it.Name);
        Assert.Null(await it.TryAcquireAsync());
        Assert.Null(await it.TryAcquireAsync(Short));
        await Assert.ThrowsAnyAsync<TimeoutException>(async () => await it.AcquireAsync(Short));
        var waiting = it.TryAcquireAsync(Timeout.InfiniteTimeSpan).AsTask();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        handle.HandleLostToken.Register(lost.SetResult);
        await system.Etcd.DeleteAsync(new Etcd.EtcdOp.Delete(_name));

        await lost.Task.WaitAsync(Limit);
        await using var next = await waiting.WaitAsync(Limit);
        Assert.NotNull(next);
        await handle.DisposeAsync();
        await handle.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => handle.HandleLostToken);
        Assert.False(next.HandleLostToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Calls_that_block_their_thread_do_the_same()
    {
        await using var system = fixture.Server.StartSystem();
        var provider = new EtcdDistributedSynchronizationProvider(system);
        var (it, both, permits) = (provider.CreateLock(_name), provider.CreateReaderWriterLock(_name), provider.CreateSemaphore(_name, 1));

        using (it.Acquire(Limit))
        using (both.AcquireWriteLock(Limit))
        using (permits.Acquire(Limit))
        {
            Assert.Null(it.TryAcquire());
            Assert.Null(both.TryAcquireReadLock());
            Assert.Null(permits.TryAcquire(Short));
            Assert.ThrowsAny<TimeoutException>(() => it.Acquire(Short));
        }

        using var again = it.TryAcquire(Limit);
        using var reading = both.TryAcquireReadLock(Limit);
        using var permit = permits.TryAcquire(Limit);
        Assert.True(again is not null && reading is not null && permit is not null && permits.MaxCount == 1);
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCoordination(options => options.Etcd.Endpoints = [fixture.Server.Endpoint]).AddDistributedLocks();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
