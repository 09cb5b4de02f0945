using System.Collections.Concurrent;
using Coordination.Etcd;

namespace Coordination.Cluster.Load;

/// <summary>Reads linearizably, one read after the other. Reads can always be repeated, so none may fail while the client has time to.</summary>
internal sealed class ReadLoad(EtcdClient etcd, Progress read, Action<string> violation)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public ConcurrentQueue<Operation> Made { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                var result = await etcd.GetAsync("load/read", CancellationToken.None);
                Made.Enqueue(new Operation("a read", begun, TimeProvider.System.GetTimestamp(), result.Header.Revision.Value, IsWrite: false));
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
