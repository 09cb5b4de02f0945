namespace Coordination.Time;

/// <summary>A point on the monotonic clock of this machine. Only differences mean something, and comparisons on the same machine.</summary>
/// <param name="Ticks">100 ns units since an arbitrary start.</param>
internal readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    public static Instant operator +(Instant at, TimeSpan span) => new(at.Ticks + span.Ticks);

    public static Instant operator -(Instant at, TimeSpan span) => new(at.Ticks - span.Ticks);

    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);
}
