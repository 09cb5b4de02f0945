using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Faults;

/// <summary>What locks of every kind promise when the network misbehaves between them and etcd: a proxy drops, cuts and hangs.</summary>
public abstract class AnyLockFaultContract(ServerFixture fixture, string topic) : ServerContract(fixture, topic)
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    protected static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task While_etcd_is_away_a_try_fails_with_a_kind_and_a_wait_is_served_when_it_is_back()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var system = await StartBehindAsync(proxy);
        proxy.Refuse = true;
        proxy.CutAll();

        var error = await Assert.ThrowsAnyAsync<CoordinationException>(() => TryAcquireAsync(system));
        var waiting = AcquireAsync(system);
        proxy.Refuse = false;
        await using var handle = await waiting;

        Assert.Contains(error.Kind, new[] { CoordinationErrorKind.Unavailable, CoordinationErrorKind.Timeout });
        Assert.True(handle.IsHeld);
    }

    /// <summary>A system behind the proxy that has its lease, which lives long beside its requests, and has written on it: a first write sets the fence before it.</summary>
    protected async Task<CoordinationSystem> StartBehindAsync(TcpProxy proxy)
    {
        var system = Server.StartSystem("holder", TimeSpan.FromSeconds(20), proxy.Endpoint, TimeSpan.FromSeconds(1));
        await using (await system.Lock(Name + ".first").AcquireAsync(Limit))
        {
            return system;
        }
    }

    /// <summary>Waits for the lock of the test.</summary>
    protected abstract Task<IClaim> AcquireAsync(CoordinationSystem system);

    /// <summary>Tries to get the lock of the test.</summary>
    protected abstract Task<IClaim?> TryAcquireAsync(CoordinationSystem system);
}
