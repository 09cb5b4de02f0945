using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

/// <summary>The example of the shared locks in docs/locks-and-elections.md, compiled and run; the text there is this method's.</summary>
public sealed class ReadmeSharedLockTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>
{
    [Fact]
    public async Task The_example_works()
    {
        await using var system = fixture.Server.StartSystem();
        await ExampleAsync(system, token: 1);
        Assert.Equal("7 to 9", (await system.Etcd.GetAsync(new EtcdOp.Get("/transfer"))).First!.Value.ToText());
    }

    private static async Task ExampleAsync(CoordinationSystem coordination, long token)
    {
        // <shared>
        await using (var reader = await coordination.ReaderWriterLock("/config").AcquireReadAsync(timeout: TimeSpan.FromSeconds(30)))
        {
            // Many readers, or one writer (AcquireWriteAsync). A reader that comes after a waiting writer waits for it.
        }

        await using (var permits = await coordination.Semaphore("/mail/senders", permits: 5).AcquireAsync(count: 2))
        {
            // Two of five. All contenders must say five: SemaphoreLimitException names both numbers.
        }

        await using (var both = await coordination.MultiLock("/account/7", "/account/9").AcquireAsync(TimeSpan.FromSeconds(30)))
        {
            // All or none, in an order that cannot deadlock; lost when one of them is.
            await coordination.Etcd.TxnAsync(new EtcdOp.Txn { If = both.Guards, Then = [new EtcdOp.Put("/transfer", "7 to 9")] });
        }

        // Where the protected resource lives: refuses whoever lost its lock without noticing. Export and Import keep it over a restart.
        var gate = new FencingGate();
        if (!gate.Pass("/report", token).Accepted)
        {
            throw new InvalidOperationException("A later holder was here already.");
        }

        // </shared>
    }
}
