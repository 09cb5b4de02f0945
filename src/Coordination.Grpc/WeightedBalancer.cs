using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace Coordination.Resolving;

/// <summary>Connects to all instances, and chooses by <see cref="WeightedPicker"/> among those that are connected.</summary>
internal sealed class WeightedBalancer(IChannelControlHelper controller, ILoggerFactory logs, string? zone) : SubchannelsLoadBalancer(controller, logs)
{
    protected override SubchannelPicker CreatePicker(IReadOnlyList<Subchannel> readySubchannels) => new WeightedPicker(readySubchannels, zone);
}

/// <summary>
/// nginx's smooth weighted round robin: everybody is credited with their weight, the richest is chosen and pays the sum. The first choice is made at random by weight, so that
/// frequent changes, each of which makes a new picker, do not always favour the heaviest. What the instances say is read for each call: a mere change of a weight makes no new picker.
/// </summary>
internal sealed class WeightedPicker : SubchannelPicker
{
    private readonly Lock _lock = new();
    private readonly Member[] _members;
    private readonly string? _zone;
    private bool _isFresh = true;

    public WeightedPicker(IReadOnlyList<Subchannel> ready, string? zone) => (_members, _zone) = ([.. ready.Select(subchannel => new Member(subchannel))], zone);

    public override PickResult Pick(PickContext context)
    {
        lock (_lock)
        {
            foreach (var member in _members)
            {
                member.Read(_zone);
            }

            var rank = _members.Max(member => member.Rank);
            var best = _members.First(member => member.Rank == rank);
            var sum = 0L;
            foreach (var member in _members.Where(member => member.Rank == rank))
            {
                sum += member.Weight;
                member.Credit += member.Weight;
                best = member.Credit > best.Credit ? member : best;
            }

            if (_isFresh)
            {
                _isFresh = false;
                best = AtRandom(rank, Random.Shared.NextInt64(sum));
            }

            best.Credit -= sum;
            return PickResult.ForSubchannel(best.Subchannel);
        }
    }

    private Member AtRandom(int rank, long at) => _members.First(member => member.Rank == rank && (at -= member.Weight) < 0);

    private sealed class Member(Subchannel subchannel)
    {
        private static readonly BalancerAttributes _none = new();

        public Subchannel Subchannel => subchannel;

        public long Credit { get; set; }

        public long Weight { get; private set; }

        /// <summary>Only the highest rank is used: not to drain counts more than to be near.</summary>
        public int Rank { get; private set; }

        public void Read(string? zone)
        {
            var attributes = subchannel.CurrentAddress?.Attributes ?? _none;
            Weight = attributes.TryGetValue(EtcdBalancerAttributes.Weight, out var weight) ? weight : ServiceInstance.DefaultWeight;
            var isDraining = attributes.TryGetValue(EtcdBalancerAttributes.Draining, out var draining) && draining;
            var isNear = zone is not null && attributes.TryGetValue(EtcdBalancerAttributes.Zone, out var its) && its == zone;
            Rank = (isDraining ? 0 : 2) + (isNear ? 1 : 0);
        }
    }
}
