using Coordination;
using Coordination.Etcd;

namespace Snippets;

internal static class LockSnippets
{
    public static async Task PlainAsync(Func<long, CancellationToken, Task> runTheJobAsync)
    {
        // <plain>
        await using var coordination = CoordinationSystem.Start(new CoordinationOptions
        {
            Etcd = new EtcdClientOptions { Endpoints = [new Uri("http://127.0.0.1:2379")] },
        });
        await coordination.WaitUntilReadyAsync(TimeSpan.FromSeconds(5));    // says why, when etcd cannot be used

        await using (var handle = await coordination.Lock("/cron/lock/job1").AcquireAsync(timeout: TimeSpan.FromSeconds(30)))
        {
            await runTheJobAsync(handle.Token, handle.Lost);    // your code
        }

        // </plain>
    }

    public static async Task GuardAsync(CoordinationSystem coordination, ILockHandle handle)
    {
        // <guard>
        await coordination.Etcd.TxnAsync(new EtcdOp.Txn { If = [handle.Guard], Then = [new EtcdOp.Put("/report", "done")] });

        // </guard>
    }

    public static void Options(ILocks locks)
    {
        // <options>
        var exclusive = locks.Lock("/jobs/import", new DistributedLockOptions
        {
            OwnLeaseTtl = TimeSpan.FromMinutes(1),      // a lease of its own, with a TTL of its own
            MaxHold = TimeSpan.FromMinutes(10),         // lost (HoldLimit) when it takes longer
            Owner = "import on web-7",                  // what others see
            IsFair = false,                             // takes its chance instead of standing in line
        });

        // </options>
        _ = exclusive;
    }
}
