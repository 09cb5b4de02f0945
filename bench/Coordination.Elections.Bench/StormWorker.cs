using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Elections.Bench;

/// <summary>
/// One process of the storm: its candidates campaign, hold the leadership for a moment, proclaim, write under their guard, resign or transfer, and begin again;
/// one observer writes down every leader it is told. What happened is printed, a line each, with the machine's monotonic clock.
/// </summary>
internal sealed class StormWorker(string name, Uri endpoint, int candidates)
{
    public const string Election = "/storm/leader";
    public const string Data = "/storm-data";

    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();

    public async Task RunAsync(CancellationToken stopping)
    {
        var system = CoordinationSystem.Start(new CoordinationOptions
        {
            Owner = name,
            SessionTtl = Ttl,
            Elections = new ElectionOptions { ObserverBuffer = 10_000 },
            Etcd = new EtcdClientOptions { Endpoints = [endpoint], RequestTimeout = TimeSpan.FromSeconds(1), TimeProvider = SuspendAwareTimeProvider.Instance },
        });
        await using (system)
        {
            await Task.WhenAll([ObserveAsync(system, stopping), .. Enumerable.Range(0, candidates).Select(n => CampaignAsync(system, n, stopping))]);
        }

        Say("done");
    }

    private async Task CampaignAsync(CoordinationSystem system, int number, CancellationToken stopping)
    {
        var random = new Random(HashCode.Combine(name, number));
        var options = new CampaignOptions { Name = $"{name}-{number}", Priority = number % 5 == 0 ? 1 : 0 };
        while (!stopping.IsCancellationRequested)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(TimeSpan.FromSeconds(random.Next(1, 60)));
            try
            {
                await using var leadership = await system.Election(Election).CampaignAsync($"{name}-{number}", options, patience.Token);
                await LeadAsync(system, leadership, random);
            }
            catch (OperationCanceledException)
            {
                Say("withdrawn");
            }
            catch (CoordinationException error)
            {
                Say($"error {error.Kind}");
            }
        }
    }

    private async Task LeadAsync(CoordinationSystem system, ILeadership leadership, Random random)
    {
        Say($"elected {leadership.Term} {Now}");
        try
        {
            for (var n = random.Next(5); n >= 0 && leadership.IsLeader && !leadership.StepDownRequested.IsCancellationRequested; n--)
            {
                if (random.Next(4) == 0)
                {
                    await leadership.ProclaimAsync($"{name} {n}", leadership.Lost);
                }

                // A claim is a span of real time in which the process believed that it led: said before and after, so never too long.
                var from = Now;
                if (leadership.IsLeader)
                {
                    Say($"claim {leadership.Term} {from} {from}");
                }

                var write = new EtcdOp.Txn { If = [leadership.Guard], Then = [new EtcdOp.Put(Data, $"{leadership.Term}")] };
                var written = await system.Etcd.TxnAsync(write);
                Say(written.Succeeded ? $"wrote {leadership.Term} {written.Header.Revision}" : $"refused {leadership.Term}");
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is CoordinationException or OperationCanceledException)
        {
            Say($"trouble {error.GetType().Name}");
        }

        if (leadership.LossReason is { } reason)
        {
            Say($"lost {leadership.Term} {reason}");
        }
        else if (random.Next(8) == 0)
        {
            Say($"transfer {await leadership.TransferAsync($"{name}-{random.Next(candidates)}")}");
        }
    }

    private async Task ObserveAsync(CoordinationSystem system, CancellationToken stopping)
    {
        try
        {
            await foreach (var changed in system.Election(Election).ObserveAsync(stopping))
            {
                Say($"saw {changed.Revision} {changed.Leader?.Term ?? 0} {changed.Skipped}");
            }
        }
        catch (Exception error) when (error is OperationCanceledException or CoordinationException)
        {
            // The end.
        }
    }

    private static string Now => TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);

    private void Say(string line)
    {
        lock (_lock)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
