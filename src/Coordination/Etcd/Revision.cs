using System.Globalization;

namespace Coordination.Etcd;

/// <summary>A revision of the whole store: it grows with every transaction that changes something. 0 means none.</summary>
/// <param name="Value">The number.</param>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    /// <summary>No revision: a key that does not exist, or "the newest" in a read.</summary>
    public static Revision None => default;

    /// <summary>The revision after this one.</summary>
    public Revision Next => new(Value + 1);

    /// <summary>Order of time.</summary>
    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    /// <summary>Order of time.</summary>
    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    /// <summary>Order of time.</summary>
    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    /// <summary>Order of time.</summary>
    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
