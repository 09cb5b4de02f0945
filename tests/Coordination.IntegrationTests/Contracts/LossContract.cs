namespace Coordination.IntegrationTests.Contracts;

public sealed class LossOnEmbedded(EmbeddedFixture fixture) : LossContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class LossOnRealEtcd(RealEtcdFixture fixture) : LossContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Holders of one system do not have to do with each other.</summary>
public abstract class LossContract(ServerFixture fixture) : ServerContract(fixture, "loss")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Whoever_takes_his_time_with_a_loss_takes_none_of_the_others()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var one = await system.Lock(Name + "/1").AcquireAsync(Limit);
        await using var other = await system.Lock(Name + "/2").AcquireAsync(Limit);
        await using var third = await system.ReaderWriterLock(Name + "/3").AcquireWriteAsync(Limit);
        using var told = new CountdownEvent(3);
        using var done = new CountdownEvent(3);
        foreach (var handle in (IClaim[])[one, other, third])
        {
            // Each waits for all others.
            handle.Lost.Register(() =>
            {
                told.Signal();
                told.Wait(Limit);
                done.Signal();
            });
        }

        await etcd.RevokeLeaseAsync(system.SessionLease);

        Assert.True(told.Wait(Limit));
        Assert.True(done.Wait(Limit));
    }
}
