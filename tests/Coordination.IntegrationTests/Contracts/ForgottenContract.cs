using System.Runtime.CompilerServices;
using Coordination.Etcd;
using Coordination.IntegrationTests.Security;

namespace Coordination.IntegrationTests.Contracts;

public sealed class ForgottenOnEmbedded(EmbeddedFixture fixture) : ForgottenContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ForgottenOnRealEtcd(RealEtcdFixture fixture) : ForgottenContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What nobody can give back any more stays held, and is named in the log.</summary>
public abstract class ForgottenContract(ServerFixture fixture) : ServerContract(fixture, "forgotten")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_handle_that_is_garbage_is_named_and_what_it_holds_stays_held()
    {
        var log = new LogRecord();
        await using var system = CoordinationSystem.Start(new CoordinationOptions { Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint] }, LoggerFactory = log });
        await using var other = Server.StartSystem();
        await UseAsync(system);

        GC.Collect();
        GC.WaitForPendingFinalizers();

        var told = log.Lines.Where(line => line.Contains("its handle was forgotten", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, told.Count);
        Assert.Contains(told, line => line.Contains($"Warning Lock {Name}/forgotten with token", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains($"Place {Name}/semaphore/", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains($"Leadership {Name}/", StringComparison.Ordinal));
        Assert.Null(await other.Lock(Name + "/forgotten").TryAcquireAsync());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task UseAsync(CoordinationSystem system)
    {
        await system.Lock(Name + "/forgotten").AcquireAsync(Limit);
        await system.Semaphore(Name, 1).AcquireAsync(timeout: Limit);
        await system.Election(Name).CampaignAsync("x").WaitAsync(Limit);
        await (await system.Lock(Name + "/released").AcquireAsync(Limit)).DisposeAsync();
    }
}
