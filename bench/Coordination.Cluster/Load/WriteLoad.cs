using System.Collections.Concurrent;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Cluster.Load;

/// <summary>Puts values, each only once, and keeps what became of each: made at a revision, not applied, or unknown.</summary>
internal sealed class WriteLoad(EtcdClient etcd, int number, Progress written)
{
    public const string Prefix = "load/writes/";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public ConcurrentDictionary<string, long> Begun { get; } = new();

    public ConcurrentQueue<Operation> Operations { get; } = new();

    public ConcurrentDictionary<string, Revision> Made { get; } = new();

    public ConcurrentDictionary<string, EtcdException> Failed { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"{number}-{n}");
            var begun = TimeProvider.System.GetTimestamp();
            Begun[value] = begun;
            try
            {
                var revision = Made[value] = (await etcd.PutAsync($"{Prefix}{number}/{n % 10}", value, CancellationToken.None)).Header.Revision;
                Operations.Enqueue(new Operation($"the write of {value}", begun, TimeProvider.System.GetTimestamp(), revision.Value, IsWrite: true));
                written.Worked(begun);
            }
            catch (EtcdException error)
            {
                Failed[value] = error;
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
