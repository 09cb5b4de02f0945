using System.Diagnostics;

namespace Coordination.Discovery.Balancing;

/// <summary>Chooses one of several members that may all be used. Not thread-safe; the pool is never empty.</summary>
internal abstract class PickRule
{
    public static PickRule For(BalancingPolicy policy, Random random) => policy switch
    {
        BalancingPolicy.RoundRobin => new RoundRobinRule(random),
        BalancingPolicy.Random => new RandomRule(random),
        BalancingPolicy.LeastOutstanding => new LeastOutstandingRule(random),
        BalancingPolicy.Weighted => new SmoothWeightedRule(random),
        _ => throw new UnreachableException(),
    };

    public abstract Member Pick(ReadOnlySpan<Member> pool);

    /// <summary>The members or their weights have changed.</summary>
    public virtual void Restart(ReadOnlySpan<Member> members)
    {
    }
}

/// <summary>One after the other. Begins anywhere: many clients that start at once do not all begin with the first.</summary>
internal sealed class RoundRobinRule(Random random) : PickRule
{
    private uint _next = (uint)random.Next();

    public override Member Pick(ReadOnlySpan<Member> pool) => pool[(int)(_next++ % (uint)pool.Length)];
}

/// <summary>Any.</summary>
internal sealed class RandomRule(Random random) : PickRule
{
    public override Member Pick(ReadOnlySpan<Member> pool) => pool[random.Next(pool.Length)];
}

/// <summary>The least busy; among equals the next one from a place that moves on, so that an idle service is spread evenly.</summary>
internal sealed class LeastOutstandingRule(Random random) : PickRule
{
    private uint _next = (uint)random.Next();

    public override Member Pick(ReadOnlySpan<Member> pool)
    {
        var start = (int)(_next++ % (uint)pool.Length);
        var best = Least(pool[start..], pool[start]);
        return Least(pool[..start], best);
    }

    private static Member Least(ReadOnlySpan<Member> pool, Member best)
    {
        foreach (var member in pool)
        {
            if (member.Outstanding < best.Outstanding)
            {
                best = member;
            }
        }

        return best;
    }
}

/// <summary>
/// nginx's smooth weighted round robin: everybody is credited with their weight, the richest is chosen and pays the sum of all weights. The credits stay within that sum, so
/// at every moment the choices follow the weights to within two. Credits from before a change are forgotten: those of a large sum would starve somebody under a small one.
/// So that frequent changes do not always favour the heaviest, the first choice is made at random, by weight.
/// </summary>
internal sealed class SmoothWeightedRule(Random random) : PickRule
{
    private bool _isFresh = true;

    public override void Restart(ReadOnlySpan<Member> members)
    {
        _isFresh = true;
        foreach (var member in members)
        {
            member.Credit = 0;
        }
    }

    public override Member Pick(ReadOnlySpan<Member> pool)
    {
        var best = pool[0];
        var sum = 0L;
        foreach (var member in pool)
        {
            sum += member.Instance.Weight;
            member.Credit += member.Instance.Weight;
            if (member.Credit > best.Credit)
            {
                best = member;
            }
        }

        if (_isFresh)
        {
            _isFresh = false;
            best = AtRandom(pool, random.NextInt64(sum));
        }

        best.Credit -= sum;
        return best;
    }

    private static Member AtRandom(ReadOnlySpan<Member> pool, long at)
    {
        var i = 0;
        while ((at -= pool[i].Instance.Weight) >= 0)
        {
            i++;
        }

        return pool[i];
    }
}
