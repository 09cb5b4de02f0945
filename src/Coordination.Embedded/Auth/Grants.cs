using Authpb;
using Coordination.Embedded.Store;
using Google.Protobuf;

namespace Coordination.Embedded.Auth;

/// <summary>
/// Whether permissions cover a request. A single key must lie in one of them. A range may be covered by several that touch each other: together they
/// must leave no gap.
/// </summary>
internal static class Grants
{
    public static bool Cover(IEnumerable<Permission> permissions, Permission.Types.Type needed, ByteString key, ByteString rangeEnd)
    {
        var asked = Interval.Of(key, rangeEnd);
        var touching = permissions
            .Where(permission => permission.PermType == Permission.Types.Type.Readwrite || permission.PermType == needed)
            .Select(static permission => Interval.Of(permission.Key, permission.RangeEnd))
            .Where(asked.Touches)
            .OrderBy(static interval => interval.Begin, Interval.Bytes)
            .ToList();
        if (touching.Count == 0 || rangeEnd.IsEmpty)
        {
            return touching.Count > 0;
        }

        if (KeyRange.Compare(touching[0].Begin, asked.Begin) > 0)
        {
            return false;
        }

        var end = touching[0].End;
        foreach (var next in touching.Skip(1))
        {
            if (Interval.CompareEnds(end, next.Begin) < 0)
            {
                return false;
            }

            end = Interval.CompareEnds(next.End, end) > 0 ? next.End : end;
        }

        return Interval.CompareEnds(end, asked.End) >= 0;
    }

    /// <summary>Whether a permission can be granted on a range.</summary>
    public static bool IsValid(ByteString key, ByteString rangeEnd)
    {
        var interval = Interval.Of(key, rangeEnd);
        return !key.IsEmpty && Interval.CompareEnds(interval.End, interval.Begin) > 0;
    }

    // From Begin up to End, which is null when there is no upper bound.
    private readonly record struct Interval(ByteString Begin, ByteString? End)
    {
        public static readonly Comparer<ByteString> Bytes = Comparer<ByteString>.Create(KeyRange.Compare);

        public static Interval Of(ByteString key, ByteString rangeEnd)
        {
            var range = KeyRange.Of(key, rangeEnd);
            return new(key, range.IsSingle ? ByteString.CopyFrom([.. key.Span, 0]) : range.End);
        }

        public static int CompareEnds(ByteString? left, ByteString? right) =>
            left is null ? (right is null ? 0 : 1) : right is null ? -1 : KeyRange.Compare(left, right);

        public bool Touches(Interval other) => CompareEnds(End, other.Begin) > 0 && CompareEnds(other.End, Begin) > 0;
    }
}
