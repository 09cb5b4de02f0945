using Coordination;
using Coordination.Etcd;
using Coordination.Hosting;

namespace SameInCSharp;

internal static class Keys
{
    public static async Task ReadAndWriteAsync()
    {
        // <keys>
        await using var etcd = new EtcdClient(ConfigurationOptions.ReadEnvironment().Etcd);
        await etcd.PutAsync("/cron/jobs/job1", "hello");
        var put = await etcd.PutAsync(new EtcdOp.Put("/cron/jobs/job1", "bye") { PreviousValue = true });
        Console.WriteLine($"Revision: {put.Header.Revision}");
        Console.WriteLine($"PrevValue: {put.Previous?.Value}");

        await etcd.PutAsync("/cron/jobs/job2", "job2");
        foreach (var job in (await etcd.GetAsync(KeyRange.Prefix("/cron/jobs/"))).KeyValues)
        {
            Console.WriteLine($"{job.Key}={job.Value}, created at {job.CreateRevision}, changed at {job.ModRevision}, version {job.Version}");
        }

        foreach (var gone in (await etcd.DeleteAsync(new EtcdOp.Delete("/cron/jobs/job1") { PreviousValue = true })).Previous)
        {
            Console.WriteLine($"deleted: {gone.Key} {gone.Value}");
        }

        // </keys>
    }

    public static async Task KeepAliveAsync(CancellationToken stop)
    {
        // <lease>
        var options = ConfigurationOptions.ReadEnvironment();
        options.SessionTtl = TimeSpan.FromSeconds(10);
        await using var coordination = CoordinationSystem.Start(options);
        await coordination.WaitUntilReadyAsync(TimeSpan.FromSeconds(5), stop);
        await coordination.Etcd.PutAsync("/cron/lock/job3", "3", coordination.SessionLease, stop);
        Console.WriteLine($"written on lease {coordination.SessionLease}; it is renewed until Ctrl-C, then the key goes with it");

        // </lease>
        await UntilStoppedAsync(stop);
    }

    public static async Task WatchAsync(CancellationToken stop)
    {
        // <watch>
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        try
        {
            await foreach (var told in coordination.Watch("/cron/jobs/job7").WithCancellation(stop))
            {
                switch (told)
                {
                    case WatchEvent.Snapshot now:
                        Console.WriteLine($"now: {string.Join(", ", now.KeyValues.Select(job => job.Value))}");
                        break;
                    case WatchEvent.Changed changed:
                        foreach (var change in changed.Events)
                        {
                            Console.WriteLine(change.IsDelete ? $"deleted at {change.Current.ModRevision}" : $"{change.Current.Value} at {change.Current.ModRevision}");
                        }

                        break;
                    case WatchEvent.Interrupted:
                        Console.WriteLine("etcd is away; the watch resumes by itself");
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C
        }

        // </watch>
    }

    internal static async Task UntilStoppedAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C
        }
    }
}
