using Coordination.Etcd;

namespace Coordination.Discovery.Bench;

/// <summary>What etcd itself takes for the same work, asked for by a bare client: as many puts on a lease, and as many watches, after a restart.</summary>
internal sealed class Yardstick(EtcdClientOptions options, int puts, int watches)
{
    private const int InFlight = 128;
    private const int Batch = 100;

    private readonly TimeProvider _time = TimeProvider.System;

    public async Task RunAsync()
    {
        await using var etcd = new EtcdClient(options);
        var lease = (await etcd.GrantLeaseAsync(TimeSpan.FromMinutes(5))).Id;
        var old = (await etcd.PutAsync(new EtcdOp.Put("/yardstick", ""))).Header.Revision;
        var alone = await TimeAsync(() => PutAsync(puts, n => etcd.PutAsync(Put(n, lease))));
        var together = await TimeAsync(() => PutAsync(puts / Batch, n => etcd.TxnAsync(new EtcdOp.Txn { Then = [.. Enumerable.Range(n * Batch, Batch).Select(m => Put(m, lease))] })));
        var watching = await TimeAsync(() => WatchAsync(etcd, old));
        var all = await TimeAsync(() => Task.WhenAll(
            PutAsync(puts / Batch, n => etcd.TxnAsync(new EtcdOp.Txn { Then = [.. Enumerable.Range(n * Batch, Batch).Select(m => Put(m, lease))] })), WatchAsync(etcd, old)));
        Console.WriteLine($"  a bare client, {puts} puts on one lease, {InFlight} in flight: {alone.TotalSeconds:0.00} s; {Batch} in a transaction: {together.TotalSeconds:0.00} s");
        Console.WriteLine($"  … {watches} watches from an older revision: {watching.TotalSeconds:0.00} s; both at once: {all.TotalSeconds:0.00} s");
        await etcd.RevokeLeaseAsync(lease);
    }

    private static EtcdOp.Put Put(int n, LeaseId lease) => new($"/yardstick/{n}", "{\"service\":\"yardstick\",\"host\":\"10.0.0.1\",\"port\":8080}") { Lease = lease };

    private static Task PutAsync(int count, Func<int, Task> put) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (n, _) => await put(n));

    private async Task WatchAsync(EtcdClient etcd, Revision from)
    {
        var begun = new List<Task>();
        var open = new List<IEtcdWatch>();
        for (var n = 0; n < watches; n++)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            open.Add(etcd.Watch(new EtcdWatchSpec($"/yardstick/{n}", from), signal =>
            {
                if (signal is EtcdWatchSignal.Created)
                {
                    created.TrySetResult();
                }
            }));
            begun.Add(created.Task);
        }

        await Task.WhenAll(begun);
        open.ForEach(w => w.Dispose());
    }

    private async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var start = _time.GetTimestamp();
        await work();
        return _time.GetElapsedTime(start);
    }
}
