using System.Collections.Concurrent;
using Akka.Cluster.Tools.Singleton;
using Coordination.Plugins;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>What the instances of one singleton did: each stamps every 50 ms, all by the same clock.</summary>
internal sealed class Stamps
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<Stamp> _all = new();
    private int _instances;

    public IReadOnlyList<Stamp> All => [.. _all];

    /// <summary>The instances in the order of their first stamps, with their first and last times.</summary>
    public IReadOnlyList<(string Host, int Instance, long First, long Last)> Lives =>
        [.. All.GroupBy(stamp => (stamp.Host, stamp.Instance)).Select(life => (life.Key.Host, life.Key.Instance, life.Min(s => s.At), life.Max(s => s.At))).OrderBy(life => life.Item3)];

    public void StartSingleton(ClusterNode node) => node.Actors.ActorOf(
        ClusterSingletonManager.Props(
            Props.Create(() => new Stamper(this, node.Host, context => EtcdLease.OfSingleton(context))), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(node.Actors)), "stamper");

    /// <summary>An entity of a shard.</summary>
    public Props EntityProps(ClusterNode node) => Props.Create(() => new Stamper(this, node.Host, context => EtcdLease.OfShard(context)));

    /// <summary>Until an instance on that node stamps after now.</summary>
    public async Task StampedAsync(string host)
    {
        var now = TimeProvider.System.GetTimestamp();
        await Until.SoAsync(() => All.Any(stamp => stamp.Host == host && stamp.At > now), () => $"no stamp of {host}, but of {string.Join(", ", Lives)}");
    }

    /// <summary>No two were at it at the same time.</summary>
    public void AssertNoOverlap()
    {
        var lives = Lives;
        Assert.All(lives.Zip(lives.Skip(1)), pair => Assert.True(
            pair.First.Last < pair.Second.First,
            $"{pair.First.Host} stamped {TimeProvider.System.GetElapsedTime(pair.Second.First, pair.First.Last).TotalMilliseconds:0} ms after {pair.Second.Host} had begun."));
    }

    /// <summary>One stamp.</summary>
    internal sealed record Stamp(string Host, int Instance, long At, bool HasLease);

    private sealed class Stamper : ReceiveActor, IWithTimers
    {
        public Stamper(Stamps stamps, string host, Func<IActorContext, EtcdLease?> leaseOf)
        {
            var lease = leaseOf(Context);
            var instance = Interlocked.Increment(ref stamps._instances);
            Receive<string>(_ => stamps._all.Enqueue(new Stamp(host, instance, TimeProvider.System.GetTimestamp(), lease?.CheckLease() == true)));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("stamp", "stamp", TimeSpan.Zero, Period);
    }
}
