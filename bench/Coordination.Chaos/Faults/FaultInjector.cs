using System.Collections.Immutable;
using Coordination.Chaos.Checks;

namespace Coordination.Chaos.Faults;

/// <summary>Makes things go wrong, one or two at a time, most often where the lock is held, and puts them right again.</summary>
internal sealed class FaultInjector(ChaosSettings settings, Crew crew, RealEtcd etcd, Action<string> print)
{
    private const int FaultsBetweenCalms = 5;

    private static readonly ImmutableArray<FaultKind> Kinds = [.. Enum.GetValues<FaultKind>()];

    private readonly Random _random = new(settings.Seed);
    private readonly List<Fault> _faults = [];

    public ImmutableArray<Fault> Faults => [.. _faults];

    public async Task RunAsync(CancellationToken stop)
    {
        var end = Stamp.After(Stamp.Now, settings.Duration);
        var calmAt = FaultsBetweenCalms;
        while (Stamp.Now < end && !stop.IsCancellationRequested)
        {
            if (_faults.Count >= calmAt)
            {
                // Now and then there is calm for as long as it takes to recover from anything: only then it shows whether they do.
                calmAt = _faults.Count + FaultsBetweenCalms;
                await Stamp.PassAsync(settings.ProgressLimit, CancellationToken.None);
            }

            var first = Pick(null, null);
            var isDouble = _random.Next(4) == 0;
            var second = Pick(first.Member, first.Kind);
            await (isDouble ? Task.WhenAll(InflictAsync(first), InflictAsync(second)) : InflictAsync(first));
            await Stamp.PassAsync(Between(0.3, 2), CancellationToken.None);
        }
    }

    private Infliction Pick(int? notMember, FaultKind? notKind)
    {
        var kind = Kinds[_random.Next(Kinds.Length)];
        if (notKind is { } taken && IsOfEtcd(kind) && IsOfEtcd(taken))
        {
            kind = FaultKind.CutConnections;
        }

        var member = _random.Next(5) < 3 ? crew.Holder : _random.Next(crew.Count);
        member = member == notMember ? (member + 1) % crew.Count : member;
        return new Infliction(kind, member, Between(0.5, 2) * settings.Ttl.TotalSeconds, _random.Next(1000));
    }

    private static bool IsOfEtcd(FaultKind kind) => kind is FaultKind.KillEtcd or FaultKind.StopEtcd;

    private TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * _random.NextDouble()));

    private async Task InflictAsync(Infliction f)
    {
        var from = Stamp.Now;
        await (f.Kind switch
        {
            FaultKind.KillProcess => KillProcessAsync(f),
            FaultKind.StopProcess => StopProcessAsync(f),
            FaultKind.StarveProcess => crew.ProcessOf(f.Member).StarveAsync(f.Span),
            FaultKind.KillEtcd => KillEtcdAsync(f),
            FaultKind.StopEtcd => StopEtcdAsync(f),
            _ => DisturbAsync(f, crew.ProxyOf(f.Member)),
        });
        var fault = new Fault(f.Kind.ToString(), from, Stamp.Now);
        lock (_faults)
        {
            _faults.Add(fault);
        }

        print($"{f.Kind}{(IsOfEtcd(f.Kind) ? "" : $" p{f.Member}")} for {Stamp.Between(from, fault.HealedAt).TotalSeconds:0.0} s");
    }

    private async Task KillProcessAsync(Infliction f)
    {
        await crew.KillAsync(f.Member);
        await Stamp.PassAsync(f.Span / 4);
        crew.StartMember(f.Member);
    }

    private async Task StopProcessAsync(Infliction f)
    {
        crew.ProcessOf(f.Member).Stop();
        await Stamp.PassAsync(f.Span);
        crew.ProcessOf(f.Member).Continue();
    }

    private async Task KillEtcdAsync(Infliction f)
    {
        await etcd.KillAsync();
        await Stamp.PassAsync(f.Span / 2);
        await etcd.StartProcessAsync();
    }

    private async Task StopEtcdAsync(Infliction f)
    {
        etcd.Pause();
        await Stamp.PassAsync(f.Span * 0.75);
        etcd.Resume();
    }

    private static async Task DisturbAsync(Infliction f, TcpProxy proxy)
    {
        switch (f.Kind)
        {
            case FaultKind.DelayReplies:
                proxy.Delay = TimeSpan.FromMilliseconds(100 + f.Number);
                await Stamp.PassAsync(f.Span);
                proxy.Delay = TimeSpan.Zero;
                break;
            case FaultKind.CutConnections:
                for (var n = 0; n < 1 + (f.Number % 8); n++)
                {
                    proxy.CutAll();
                    await Stamp.PassAsync(TimeSpan.FromMilliseconds(f.Number / 10.0));
                }

                break;
            case FaultKind.HalfOpen:
                // The old connections never carry anything again; what is over is what can be felt of it, once the client has noticed.
                proxy.FreezeLinks();
                break;
            default:
                proxy.DropReplies = f.Kind is FaultKind.DropReplies or FaultKind.BlackHole;
                proxy.DropRequests = f.Kind is FaultKind.DropRequests or FaultKind.BlackHole;
                await Stamp.PassAsync(f.Span);
                proxy.BlackHole(false);

                // A connection that lost bytes cannot go on.
                proxy.CutAll();
                break;
        }
    }

    private sealed record Infliction(FaultKind Kind, int Member, TimeSpan Span, int Number);
}

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    KillProcess,
    StopProcess,
    StarveProcess,
    DelayReplies,
    DropReplies,
    DropRequests,
    BlackHole,
    CutConnections,
    HalfOpen,
    KillEtcd,
    StopEtcd,
}
