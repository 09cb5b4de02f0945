namespace Coordination;

/// <summary>How a <see cref="ServiceBalancer"/> chooses among the instances that may be used. A preferred zone is asked for beside it: <see cref="BalancingOptions.Zone"/>.</summary>
public enum BalancingPolicy
{
    /// <summary>One after the other, beginning anywhere. Weights do not count, except 0.</summary>
    RoundRobin,

    /// <summary>Any of them, each as likely as the others. Weights do not count, except 0.</summary>
    Random,

    /// <summary>
    /// The one with the fewest requests of this balancer that are not over yet (a response is over when its body was read to the end or disposed); among equals one after
    /// the other. Weights do not count, except 0.
    /// </summary>
    LeastOutstanding,

    /// <summary>
    /// Each by its weight, spread evenly over time: 2:1:1 gives a b a c, not a a b c. It is nginx's smooth weighted round robin (Maxim Dounin, "Upstream: smooth
    /// weighted round-robin balancing", 2012), begun at a random place so that many clients do not all begin with the heaviest.
    /// </summary>
    Weighted,
}
