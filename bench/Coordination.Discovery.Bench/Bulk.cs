using System.Diagnostics;
using Coordination.Etcd;
using Coordination.Testing;

namespace Coordination.Discovery.Bench;

/// <summary>Many registrations and views in one process.</summary>
internal sealed class Bulk(CoordinationSystem system, int count, int services)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly List<ServiceRegistration> _registrations = [];
    private readonly List<ServiceDiscovery> _views = [];
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

    public async Task RestAsync()
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        var (cpu, start) = (process.TotalProcessorTime, _time.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(10), _time);
        process.Refresh();
        Console.WriteLine($"  CPU at rest: {(process.TotalProcessorTime - cpu) / _time.GetElapsedTime(start):0.00 %} of a core; working set {process.WorkingSet64 / 1_000_000} MB");
    }

    public async Task OutageAsync(RealEtcd etcd, TimeSpan away, string what)
    {
        var leases = _registrations.Select(r => r.Lease).Distinct().ToList();
        await etcd.KillAsync();
        await Task.Delay(away, _time);
        await etcd.StartProcessAsync();
        var start = _time.GetTimestamp();
        var tl = Task.Run(async () => { while (_time.GetElapsedTime(start) < TimeSpan.FromSeconds(4)) { await Task.Delay(100); Console.WriteLine($"    t={_time.GetElapsedTime(start).TotalSeconds:0.00} reg={_registrations.Count(r => r.Health.State == RegistrationState.Registered && !leases.Contains(r.Lease))} live={_views.Count(v => !v.Current.IsStale)}  cpu={Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:0.00}"); } });
        await Task.WhenAll(_registrations.Select(r => r.WaitUntilRegisteredAsync(Limit)));
        var registered = _time.GetElapsedTime(start);
        await Task.WhenAll(_views.Select(v => v.UntilAsync(view => !view.IsStale && view.Instances.Length == count / services)));
        var live = _time.GetElapsedTime(start);
        var keys = (await system.Etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/services/bulk-")) { CountOnly = true })).Count;
        var moved = _registrations.Count(r => !leases.Contains(r.Lease));
        Console.WriteLine($"  {what}: all registered after {registered.TotalSeconds:0.00} s, all views live after {live.TotalSeconds:0.00} s; {keys} keys, {moved} on a new lease");
    }
}
