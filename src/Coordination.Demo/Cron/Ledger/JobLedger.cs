using Coordination.Etcd;

namespace Coordination.Demo.Cron.Ledger;

/// <summary>
/// Writes down each run, in transactions guarded by the lock's token: a worker that lost its lock cannot write any more, however late it notices.
/// </summary>
internal sealed class JobLedger(IEtcdClient etcd, CronJob job)
{
    /// <summary>Begins a run for a tick. False when the tick has been completed by somebody else, or the lock is lost.</summary>
    public async Task<bool> TryStartAsync(ILockHandle handle, LedgerEntry entry, CancellationToken cancellationToken)
    {
        var result = await etcd.TxnAsync(
            new EtcdOp.Txn
            {
                If = [handle.Guard, EtcdCompare.Value(job.TickKey, CompareResult.Less, CronJob.Padded(entry.Tick))],
                Then = [new EtcdOp.Put(job.LedgerKey(handle.Token), entry.Encode())],
            },
            cancellationToken).ConfigureAwait(false);
        return result.Succeeded;
    }

    /// <summary>Ends a run: its tick is completed. False when the lock was lost in between; then the run does not count.</summary>
    public async Task<bool> TryFinishAsync(ILockHandle handle, LedgerEntry entry, CancellationToken cancellationToken)
    {
        var result = await etcd.TxnAsync(
            new EtcdOp.Txn
            {
                If = [handle.Guard],
                Then = [new EtcdOp.Put(job.TickKey, CronJob.Padded(entry.Tick)), new EtcdOp.Put(job.LedgerKey(handle.Token), entry.Encode())],
            },
            cancellationToken).ConfigureAwait(false);
        return result.Succeeded;
    }

    /// <summary>Prepares a run of the demo: no tick of any job is completed.</summary>
    public static async Task PrepareAsync(IEtcdClient etcd, CronSettings settings, CancellationToken cancellationToken)
    {
        foreach (var job in settings.AllJobs)
        {
            await etcd.PutAsync(new EtcdOp.Put(job.TickKey, CronJob.Padded(0)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Everything that was written down for a job, with its revisions.</summary>
    public static async Task<IReadOnlyList<KeyValue>> ReadAsync(IEtcdClient etcd, CronJob job, CancellationToken cancellationToken)
    {
        var result = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(job.LedgerPrefix)), cancellationToken).ConfigureAwait(false);
        return result.KeyValues;
    }

    /// <summary>Removes everything that a run of the demo wrote.</summary>
    public static Task RemoveAsync(IEtcdClient etcd, CronSettings settings, CancellationToken cancellationToken) =>
        etcd.DeleteAsync(new EtcdOp.Delete(KeyRange.Prefix(settings.RecordPrefix)), cancellationToken);
}
