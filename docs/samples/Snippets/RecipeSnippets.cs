using Coordination;
using Coordination.Etcd;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class RecipeSnippets
{
    public static void Add(IServiceCollection services)
    {
        // <add>
        services.AddCoordination().AddRecipes();    // injects IRecipes; without a container: new EtcdRecipes(coordination)

        // </add>
    }

    public static async Task TransferAsync(IRecipes recipes, ILockHandle handle, int amount, CancellationToken stop)
    {
        // <transaction>
        var left = await recipes.TransactAsync(
            async run =>
            {
                var from = int.Parse((await run.GetAsync("/accounts/7", stop))?.ToText() ?? "0");
                var to = int.Parse((await run.GetAsync("/accounts/9", stop))?.ToText() ?? "0");
                if (from < amount)
                {
                    return (int?)null;    // writes nothing
                }

                run.Put("/accounts/7", $"{from - amount}");
                run.Put("/accounts/9", $"{to + amount}");
                return from - amount;
            },
            new TransactionOptions { Guards = [handle.Guard] },    // optional: only while the lock is held
            stop);

        // </transaction>
        _ = left;
    }

    public static async Task CommitAsync(CoordinationSystem coordination, CancellationToken stop)
    {
        // <commit>
        var result = await coordination.CommitAsync(
            lease => new EtcdOp.Txn
            {
                If = [When.Missing("/workers/7")],
                Then = [new EtcdOp.Put("/workers/7", "web-1") { Lease = lease }],    // goes with the session
                Else = [new EtcdOp.Get("/workers/7")],
            },
            stop);
        Console.WriteLine(result.Succeeded ? $"mine since {result.Header.Revision}" : $"that of {((GetResult)result.Results[0]).First?.Value}");

        // </commit>
    }

    public static async Task CounterAsync(IRecipes recipes, CancellationToken stop)
    {
        // <counter>
        var number = await recipes.Counter("/orders/number").AddAsync(1, cancellationToken: stop);

        // </counter>
        _ = number;
    }

    public static async Task LatchAsync(IRecipes recipes, CancellationToken stop)
    {
        // <latch>
        var loaded = recipes.CountdownLatch("/import/loaded", count: 3);
        await loaded.CountDownAsync(cancellationToken: stop);         // each of three loaders, when it is done
        await loaded.WaitAsync(TimeSpan.FromMinutes(10), stop);       // whoever needs all three

        // </latch>
    }

    public static async Task BarrierAsync(IRecipes recipes, Func<EtcdCompare, Task> computeAsync, CancellationToken stop)
    {
        // <barrier>
        await using var place = await recipes.DoubleBarrier("/simulation/step", participants: 4).EnterAsync(TimeSpan.FromMinutes(1), stop);
        await computeAsync(place.Guard);                              // all four have begun
        await place.LeaveAsync(TimeSpan.FromMinutes(1), stop);        // all four are done

        // </barrier>
    }

    public static async Task YieldAsync(ILocks locks, Func<CancellationToken, Task> workAsync, CancellationToken stop)
    {
        // <yield>
        var exclusive = locks.Lock("/devices/scanner");

        // The holder works until it is done, or until somebody else needs the lock more.
        await using (var handle = await exclusive.AcquireAsync(cancellationToken: stop))
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, handle.Lost, handle.YieldRequested);
            await workAsync(end.Token);
        }

        // Whoever needs it more lines up as always, and asks.
        var acquiring = exclusive.AcquireAsync(cancellationToken: stop);
        await exclusive.RequestYieldAsync(stop);
        await using var urgent = await acquiring;

        // </yield>
    }

    public static void Delay(ILocks locks)
    {
        // <delay>
        var careful = locks.Lock("/devices/oven", new DistributedLockOptions
        {
            OwnLeaseTtl = TimeSpan.FromSeconds(10),
            LockDelay = TimeSpan.FromSeconds(30),    // when its holder is lost, nobody acquires it for 30 s
        });

        // </delay>
        _ = careful;
    }

    public static async Task QueueAsync(IRecipes recipes, Func<Bytes, Task<Bytes>> sendAsync, CancellationToken stop)
    {
        var mails = recipes.Queue("/mails");

        // <enqueue>
        await mails.EnqueueAsync("""{"to":"ada@example.org"}""", cancellationToken: stop);
        await mails.EnqueueAsync("""{"to":"the.boss@example.org"}""", priority: 1, cancellationToken: stop);

        // </enqueue>

        // <take>
        while (!stop.IsCancellationRequested)
        {
            await using var mail = await mails.TakeAsync(cancellationToken: stop);
            var receipt = await sendAsync(mail.Value);
            await mail.CompleteAsync([new EtcdOp.Put($"/receipts/{mail.Token}", receipt)], stop);    // removed, and recorded, in one transaction
        }

        // </take>
    }
}
