using Coordination;
using Coordination.Etcd;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class ComingFromSnippets
{
    public static void Bridge(IServiceCollection services)
    {
        // <bridge>
        services.AddCoordination().AddDistributedLocks();        // IDistributedLockProvider and its relatives, on etcd

        // </bridge>
    }

    public static async Task RedlockAsync(ILocks locks, Func<CancellationToken, Task> workAsync)
    {
        // <redlock>
        await using var handle = await locks.Lock("orders/7").TryAcquireAsync(TimeSpan.FromSeconds(10));     // waits in line for 10 s, no polling
        if (handle is not null)
        {
            await workAsync(handle.Lost);                        // renewed by itself; cancelled when that no longer works
        }

        // </redlock>
    }

    public static async Task DotnetEtcdAsync(CancellationToken stop)
    {
        // <dotnetetcd>
        await using var etcd = new EtcdClient(EtcdClientOptions.FromConnectionString("http://10.0.0.1:2379,http://10.0.0.2:2379"));
        await etcd.PutAsync("foo", "bar", stop);
        var text = (await etcd.GetAsync("foo", stop)).First?.Value.ToText();
        var result = await etcd.If(When.Missing("lock")).Then(new EtcdOp.Put("lock", "me")).CommitAsync(stop);

        // </dotnetetcd>
        _ = (text, result);
    }

    public static async Task GoAsync(CoordinationSystem coordination, Func<CancellationToken, Task> workAsync, CancellationToken stop)
    {
        // <go>
        await using (var handle = await coordination.Lock("/my-lock").AcquireAsync(cancellationToken: stop))
        {
            await workAsync(handle.Lost);                        // session.Done(), but before others can acquire
            await coordination.Etcd.If(handle.Guard).Then(new EtcdOp.Put("k", "v")).CommitAsync(stop);     // m.IsOwner()
        }

        await using var leadership = await coordination.Election("/my-election").CampaignAsync("host-7", cancellationToken: stop);
        await leadership.ProclaimAsync("host-7, warmed up", stop);
        await foreach (var changed in coordination.Election("/my-election").ObserveAsync(stop))
        {
            Console.WriteLine(changed.Leader?.Value.ToString() ?? "nobody");
        }

        // </go>
    }

    public static async Task CuratorAsync(CoordinationSystem coordination, Func<ILeadership, CancellationToken, Task> leadAsync, CancellationToken stop)
    {
        // <curator>
        await using (var handle = await coordination.Lock("/locks/a").TryAcquireAsync(TimeSpan.FromSeconds(5), stop))
        {
            // InterProcessMutex.acquire(5, SECONDS); null instead of false. Not reentrant.
        }

        await coordination.Election("/leader").RunWhileLeaderAsync("host-7", leadAsync, cancellationToken: stop);     // LeaderSelector with autoRequeue

        // </curator>
    }
}
