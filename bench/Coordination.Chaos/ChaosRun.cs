using Coordination.Chaos.Checks;
using Coordination.Chaos.Faults;
using Coordination.Etcd;

namespace Coordination.Chaos;

/// <summary>A whole run: an etcd, processes that compete, faults, and the check of what came of it.</summary>
internal static class ChaosRun
{
    private static readonly TimeSpan TurnLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async Task<Verdict> RunAsync(ChaosSettings settings, Action<string> print, CancellationToken stop = default)
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var direct = etcd.CreateClient();
        await using var store = new Witness(direct, "/chaos/");
        await using var crew = new Crew(settings, etcd.Endpoint);
        var problems = new List<string>();
        await EverybodysTurnAsync(crew, problems, "at the beginning");

        var faults = new FaultInjector(settings, crew, etcd, print);
        await faults.RunAsync(stop);
        await EverybodysTurnAsync(crew, problems, "after the last fault");

        var endedAt = Stamp.Now;
        problems.AddRange(await crew.EndAsync());
        problems.AddRange(await LeftoversAsync(direct, settings.Ttl));
        var run = new RunRecord(crew.Lines, await store.CompleteAsync(TurnLimit), [.. crew.Gate.Writes], faults.Faults, endedAt);
        if (settings.HistoryFile is { } file)
        {
            await File.WriteAllLinesAsync(
                file, run.Lines.Select(l => $"{l.Worker} {l.Report}").Concat(run.Store.Changes.Select(c => $"etcd {c.Revision} {c.SeenAt} {c.Key} {(c.IsDelete ? "deleted" : c.Current.Value)}"))
                    .Concat(run.Faults.Select(f => $"fault {f.What} {f.From} {f.HealedAt}")), CancellationToken.None);
        }

        return new Verdict(run, crew.Gate, [.. HistoryCheck.Violations(run, settings.ProgressLimit), .. problems]);
    }

    /// <summary>While nothing is wrong each of them gets the lock.</summary>
    private static async Task EverybodysTurnAsync(Crew crew, List<string> problems, string when)
    {
        var since = Stamp.Now;
        while (!crew.HaveAllHeldSince(since))
        {
            if (Stamp.Between(since, Stamp.Now) > TurnLimit)
            {
                problems.Add($"{when} not everybody got the lock within {TurnLimit.TotalSeconds} s");
                return;
            }

            await Stamp.PassAsync(Look);
        }
    }

    /// <summary>Nothing is left behind in etcd: what was killed is gone with its lease, what ended has given it back.</summary>
    private static async Task<IReadOnlyList<string>> LeftoversAsync(EtcdClient etcd, TimeSpan ttl)
    {
        var since = Stamp.Now;
        while (true)
        {
            var key = (await etcd.GetAsync(new EtcdOp.Get(ChaosSettings.Key))).First;
            var tickets = (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("coordination/waiters/")) { CountOnly = true })).Count;
            var leases = (await etcd.ListLeasesAsync()).Length;
            if (key is null && tickets == 0 && leases == 0)
            {
                return [];
            }

            if (Stamp.Between(since, Stamp.Now) > ttl + TimeSpan.FromSeconds(2))
            {
                return [$"Left behind in etcd: the key {(key is null ? "not" : key.Value)}, {tickets} tickets, {leases} leases"];
            }

            await Stamp.PassAsync(Look);
        }
    }
}
