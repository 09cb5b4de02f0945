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

    /// <summary>
    /// Fencing tokens and terms are revisions: each can be used wherever a condition takes one, as in <c>When.Unchanged(handle.Key, handle.Token)</c>. They are plain numbers
    /// elsewhere, because they go to resources that know nothing of etcd.
    /// </summary>
    public static implicit operator Revision(long value) => new(value);

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
