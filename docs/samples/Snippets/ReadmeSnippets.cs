using Coordination;
using Coordination.Etcd;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class ReadmeSnippets
{
    public static async Task RunAsync(IServiceCollection services, ILocks locks, IEtcdClient etcd, Func<CancellationToken, Task> writeReportAsync)
    {
        // <readme>
        services.AddCoordination().AllowEmbeddedEtcd();          // in Program.cs; a service then takes ILocks and IEtcdClient in its constructor

        await using var handle = await locks.Lock("/jobs/nightly-report").TryAcquireAsync();
        if (handle is null)
        {
            return;                                              // another machine is writing the report
        }

        await writeReportAsync(handle.Lost);                     // cancelled when the lock is lost

        // etcd refuses this write when the lock has passed to somebody else, even if this process has not noticed yet.
        await etcd.If(handle.Guard).Then(new EtcdOp.Put("/reports/latest", $"token {handle.Token}")).CommitAsync();

        // </readme>
    }
}
