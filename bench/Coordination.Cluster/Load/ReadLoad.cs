using Coordination.Etcd;

namespace Coordination.Cluster.Load;

/// <summary>Reads linearizably, one read after the other. Reads can always be repeated, so none may fail while the client has time to.</summary>
internal sealed class ReadLoad(EtcdClient etcd, Progress read, Action<string> violation)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public async Task RunAsync(CancellationToken stop)
    {
        var last = Revision.None;
        while (!stop.IsCancellationRequested)
        {
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                var result = await etcd.GetAsync("load/read", CancellationToken.None);
                if (result.Header.Revision < last)
                {
                    violation($"a linearizable read at revision {result.Header.Revision} after one at {last}");
                }

                last = result.Header.Revision;
                read.Worked(begun);
            }
            catch (EtcdException error)
            {
                violation($"a read failed although it could be repeated: {error.Message}");
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
