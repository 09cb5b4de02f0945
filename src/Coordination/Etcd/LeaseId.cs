using System.Globalization;

namespace Coordination.Etcd;

/// <summary>The identity of a lease: a positive number, written in hexadecimal as etcdctl does. 0 means no lease.</summary>
/// <param name="Value">The number.</param>
public readonly record struct LeaseId(long Value)
{
    /// <summary>No lease: the key does not expire.</summary>
    public static LeaseId None => default;

    /// <summary>Whether this is no lease.</summary>
    public bool IsNone => Value == 0;

    /// <summary>A new random id. 63 bits make a collision a theoretical matter; the server reports one.</summary>
    public static LeaseId NewRandom(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new LeaseId(random.NextInt64(1, long.MaxValue));
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}
