using Coordination.Etcd;
using Coordination.Testing;

namespace Coordination.Discovery.Bench;

/// <summary>Many registrations and views in one process.</summary>
internal sealed class Bulk(CoordinationSystem system, int count, int services)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly List<IServiceRegistration> _registrations = [];
    private readonly List<IServiceDiscovery> _views = [];
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task RegisterAsync()
    {
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var start = _time.GetTimestamp();
        for (var n = 0; n < count; n++)
        {
            _registrations.Add(system.Register(new ServiceInstance { Service = $"bulk-{n % services}", Id = $"i{n}", Host = "10.0.0.1", Port = (n % 60000) + 1 }));
        }

        await Task.WhenAll(_registrations.Select(r => r.WaitUntilRegisteredAsync(Limit)));
        var took = _time.GetElapsedTime(start);
        Console.WriteLine($"  registered in {took.TotalSeconds:0.00} s ({count / took.TotalSeconds:0}/s); {(GC.GetTotalMemory(true) - memory) / count} B each, own-key watch included");
    }

    public async Task FollowAsync()
    {
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var start = _time.GetTimestamp();
        _views.AddRange(Enumerable.Range(0, services).Select(n => system.Discover($"bulk-{n}")));
        await Task.WhenAll(_views.Select(v => v.WaitForViewAsync(Limit)));
        var took = _time.GetElapsedTime(start);
        Console.WriteLine($"  {services} views in {took.TotalSeconds:0.00} s; {(GC.GetTotalMemory(true) - memory) / services} B each with {count / services} instances");
        var handles = Enumerable.Range(0, services).Select(_ => system.Discover("bulk-0")).ToList();
        Console.WriteLine($"  {services} more handles of one view: {(GC.GetTotalMemory(true) - memory) / services} B more each, all included");
        handles.ForEach(h => h.Dispose());
    }

    /// <summary>The runtime compiles what was used much once more, in the background: that is a matter of seconds, and not of the registrations.</summary>
    public async Task RestAsync()
    {
        Console.WriteLine($"  CPU at rest: {await CpuAsync(TimeSpan.FromSeconds(10)):0.00 %} of a core in the first 10 s");
        await Task.Delay(TimeSpan.FromSeconds(20), _time);
        Console.WriteLine($"  … 20 s later: {await CpuAsync(TimeSpan.FromSeconds(10)):0.00 %}; working set {Environment.WorkingSet / 1_000_000} MB");
    }

    public async Task OutageAsync(RealEtcd etcd, TimeSpan away, string what)
    {
        var leases = _registrations.Select(r => r.Lease).Distinct().ToList();
        await etcd.KillAsync();
        var cpu = away > TimeSpan.Zero ? await CpuAsync(away) : 0;
        await etcd.StartProcessAsync();
        var start = _time.GetTimestamp();
        await Task.WhenAll(_registrations.Select(r => r.WaitUntilRegisteredAsync(Limit)));
        var registered = _time.GetElapsedTime(start);
        await Task.WhenAll(_views.Select(v => v.UntilAsync(view => !view.IsStale && view.Instances.Length == count / services)));
        var live = _time.GetElapsedTime(start);
        var keys = (await system.Etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/services/bulk-")) { CountOnly = true })).Count;
        var moved = _registrations.Count(r => !leases.Contains(r.Lease));
        Console.WriteLine($"  {what}: all registered after {registered.TotalSeconds:0.00} s, all views live after {live.TotalSeconds:0.00} s; {keys} keys, {moved} on a new lease");
        if (away > TimeSpan.Zero)
        {
            Console.WriteLine($"  … while it was away: {cpu:0.0 %} of a core");
        }
    }

    private async Task<double> CpuAsync(TimeSpan time)
    {
        var (cpu, start) = (Environment.CpuUsage.TotalTime, _time.GetTimestamp());
        await Task.Delay(time, _time);
        return (Environment.CpuUsage.TotalTime - cpu) / _time.GetElapsedTime(start);
    }
}
