using Coordination.Embedded.Store;
using Etcdserverpb;
using Mvccpb;

namespace Coordination.Embedded.Requests;

/// <summary>The conditions of transactions.</summary>
internal static class Comparison
{
    private static readonly KeyValue Missing = new();

    /// <summary>
    /// Whether the condition holds for every key of its range. A key that does not exist counts as all zeros, except that it has no value: then a
    /// comparison of values is false whatever it asks.
    /// </summary>
    public static bool Holds(MvccStore store, Compare compare)
    {
        var pairs = store.Read(KeyRange.Of(compare.Key, compare.RangeEnd), store.CurrentRevision).Pairs;
        return pairs.Count == 0
            ? compare.Target != Compare.Types.CompareTarget.Value && Holds(compare, Missing)
            : pairs.TrueForAll(pair => Holds(compare, pair));
    }

    private static bool Holds(Compare compare, KeyValue pair)
    {
        // An operand of another type than the target reads as zero or empty.
        var order = compare.Target switch
        {
            Compare.Types.CompareTarget.Value => KeyRange.Compare(pair.Value, compare.Value),
            Compare.Types.CompareTarget.Create => pair.CreateRevision.CompareTo(compare.CreateRevision),
            Compare.Types.CompareTarget.Mod => pair.ModRevision.CompareTo(compare.ModRevision),
            Compare.Types.CompareTarget.Version => pair.Version.CompareTo(compare.Version),
            Compare.Types.CompareTarget.Lease => pair.Lease.CompareTo(compare.Lease),
            _ => 0,
        };
        return compare.Result switch
        {
            Compare.Types.CompareResult.Equal => order == 0,
            Compare.Types.CompareResult.NotEqual => order != 0,
            Compare.Types.CompareResult.Greater => order > 0,
            Compare.Types.CompareResult.Less => order < 0,
            _ => true,
        };
    }
}
